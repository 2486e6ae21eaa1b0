/** A figure of any of the programs: ours and those of the Python peers. */
export interface PeerFigure {
  readonly name: string
  /** Missing where the figure could not be taken; the note says why. */
  readonly milliseconds?: { readonly median: number; readonly best: number; readonly count: number }
  readonly tokensPerSecond?: number
  readonly tflops?: number
  readonly compileSeconds?: number
  readonly peakMemoryGiB?: number
  readonly hostShare?: number
  /** Of decoding: tokens/s over what reading the weights and the cache alone would allow. */
  readonly shareOfBound?: number
  readonly note?: string
  readonly versions?: Readonly<Record<string, string>>
  readonly device?: string
}

export interface Comparison {
  readonly commit: string | null
  readonly date: string
  readonly runs: Readonly<Record<string, readonly PeerFigure[]>>
}

interface Row {
  readonly what: string
  /** Run and name of our figure, and of the one that it stands beside. */
  readonly ours: readonly [run: string, name: RegExp]
  readonly theirs: readonly [run: string, name: RegExp]
  readonly goal: string
}

const rows: readonly Row[] = [
  {
    what: 'product 8192³ in bf16, of PyTorch',
    ours: ['tsukimi', /^product/],
    theirs: ['torch', /^product/],
    goal: '≥ 0.98',
  },
  {
    what: 'grouped product 16384×2048 by 64 of 2048×1024, of PyTorch',
    ours: ['tsukimi', /^grouped 16384.*forward/],
    theirs: ['torch', /^grouped uneven/],
    goal: '',
  },
  {
    what: 'experts gate + up, forward, of PyTorch',
    ours: ['tsukimi', /^grouped 98304×1024.*forward/],
    theirs: ['torch', /^grouped gate\+up uneven/],
    goal: '',
  },
  {
    what: 'experts gate + up, gradients, of PyTorch',
    ours: ['tsukimi', /^grouped 98304×1024.*gradients/],
    theirs: ['torch', /^grouped gradients gate\+up uneven/],
    goal: '',
  },
  {
    what: 'attention forward, of PyTorch',
    ours: ['tsukimi', /^attention forward$/],
    theirs: ['torch', /^attention forward cudnn$/],
    goal: '',
  },
  {
    what: 'attention forward + backward, of PyTorch',
    ours: ['tsukimi', /^attention forward \+ backward/],
    theirs: ['torch', /^attention fwd\+bwd cudnn$/],
    goal: '',
  },
  {
    what: 'forward + backward of `small`, 4 × 4096 tokens, of PyTorch with torch.compile',
    ours: ['tsukimi', /^forward/],
    theirs: ['torch', /^fwdbwd/],
    goal: '≥ 1.0, then 1.15',
  },
  {
    what: 'the same, of plain JAX (capacity 1.25, drops tokens)',
    ours: ['tsukimi', /^forward/],
    theirs: ['jax', /^fwdbwd/],
    goal: '≥ 0.99',
  },
  {
    what: 'training step of `small`, 65,536 tokens, of PyTorch with the same optimizer',
    ours: ['tsukimi', /^step/],
    theirs: ['torch', /^step/],
    goal: '≥ 1.0',
  },
  {
    what: 'MuonClip alone, of PyTorch',
    ours: ['tsukimi', /^MuonClip/],
    theirs: ['torch', /^optimizer/],
    goal: '',
  },
  {
    what: 'step on two GPUs, data parallel with ZeRO-1, of one GPU',
    ours: ['data', /^step/],
    theirs: ['alone', /^step/],
    goal: '≥ 1.85',
  },
  {
    what: 'step on two GPUs, expert parallel, of one GPU',
    ours: ['expert', /^step/],
    theirs: ['alone', /^step/],
    goal: '≥ 1.6',
  },
  {
    what: 'step on two GPUs, of PyTorch on two',
    ours: ['data', /^step/],
    theirs: ['torchData', /^step/],
    goal: '',
  },
  {
    what: 'decode, batch 1, of Hugging Face transformers',
    ours: ['decode', /batch 1\b/],
    theirs: ['torchDecode', /batch.?1\b/],
    goal: '',
  },
  {
    what: 'decode, batch 64, of Hugging Face transformers',
    ours: ['decode', /batch 64/],
    theirs: ['torchDecode', /batch.?64/],
    goal: '',
  },
]

type Taken = PeerFigure & Required<Pick<PeerFigure, 'milliseconds'>>

const isTaken = (figure: PeerFigure): figure is Taken => figure.milliseconds !== undefined

const find = ({ runs }: Comparison, [run, name]: Row['ours']): Taken | undefined => {
  const found = (runs[run] ?? []).filter(isTaken).filter((figure) => name.test(figure.name))
  return found.toSorted((a, b) => a.milliseconds.median - b.milliseconds.median)[0]
}

/** How fast; per token where tokens are counted, since programs take different numbers of them. */
const speed = (figure: Taken): number =>
  figure.tokensPerSecond ?? figure.tflops ?? 1000 / figure.milliseconds.median

const speedText = (figure: Taken): string => {
  const time = `${figure.milliseconds.median.toPrecision(4)} ms`
  const tokens =
    figure.tokensPerSecond && `${Math.round(figure.tokensPerSecond).toLocaleString('en')} tokens/s`
  // A step of one token here, a whole generation there.
  if (tokens) return figure.name.startsWith('decode') ? tokens : `${tokens} (${time})`
  return figure.tflops ? `${figure.tflops.toFixed(0)} TFLOP/s (${time})` : time
}

/** What the optimizer takes of a step, as the number of micro-batches grows. */
function shares(comparison: Comparison): string[] {
  const [muon, micro, product] = [/^MuonClip/, /^forward/, /^product/].map((name) =>
    find(comparison, ['tsukimi', name]),
  )
  if (!muon || !micro || !product) return []
  const times = (product.tflops ?? 0) > 0 ? (muon.milliseconds.median * product.tflops!) / 1000 : 0
  const flops = ((muon.tflops ?? 0) * muon.milliseconds.median) / 1000
  const at = [4, 16, 64].map((n) => {
    const share = muon.milliseconds.median / (muon.milliseconds.median + n * micro.milliseconds.median)
    return `${(100 * share).toFixed(1)}% of a step of ${(n * 16_384).toLocaleString('en')} tokens`
  })
  return [
    `MuonClip takes ${(times / flops).toFixed(2)} × its ${flops.toFixed(1)} TFLOP at the measured product rate (goal ≤ 1.3), ${at.join(', ')}.`,
  ]
}

/** The table of ratios, in Markdown. */
export function summaryText(comparison: Comparison): string {
  const lines = rows.flatMap((row) => {
    const [ours, theirs] = [find(comparison, row.ours), find(comparison, row.theirs)]
    if (!ours || !theirs) return []
    const ratio = (speed(ours) / speed(theirs)).toFixed(2)
    return [`| ${row.what} | ${speedText(ours)} | ${speedText(theirs)} | ${ratio} × | ${row.goal} |`]
  })
  return [
    '| what | tsukimi | beside it | ratio | goal |',
    '| --- | ---: | ---: | ---: | --- |',
    ...lines,
    '',
    ...shares(comparison),
  ].join('\n')
}
