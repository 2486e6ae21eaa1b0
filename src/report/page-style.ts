import { colorDeclarations } from './palette.ts'

/** Light unless the reader's system is dark; print is always light. */
export const pageStyle = `
:root{color-scheme:light;${colorDeclarations('light')}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${colorDeclarations('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:960px;margin:0 auto;padding:40px 20px 64px}
h1,h2,h3,p,figure,dl,ul,ol,blockquote{margin:0;padding:0}
h1{font-size:32px;line-height:1.15;font-weight:650;letter-spacing:-.02em}
h2{font-size:20px;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin-bottom:12px}
h3{font-size:14px;font-weight:600;margin:20px 0 8px}
section{margin-top:24px;padding:20px 24px 24px;background:var(--card);border:1px solid var(--line);border-radius:12px;break-inside:avoid}
.title{display:flex;gap:16px;align-items:center;margin-bottom:24px}
.title p{color:var(--muted);margin-top:4px;overflow-wrap:anywhere}
.moon{width:56px;height:56px;flex:none}
.warning{background:var(--warn-paper);color:var(--warn);border-radius:8px;padding:10px 14px;margin-bottom:16px}
.tiles{list-style:none;display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.tiles li{flex:1 1 30%;background:var(--card);padding:16px 20px;display:flex;flex-direction:column}
.tiles span,.tiles small{color:var(--muted);font-size:13px;line-height:1.4}
.tiles strong{font-size:26px;line-height:1.3;font-weight:650;letter-spacing:-.015em}
.tiles li:first-child strong{color:var(--accent)}
figure svg{display:block;width:100%;height:auto;overflow:visible}
figcaption,.note{color:var(--muted);font-size:14px;margin-top:10px;max-width:75ch}
.narrow{display:none}
.note+figure{margin-top:16px}
time{white-space:nowrap}
.halves{display:grid;grid-template-columns:1fr 1fr;gap:8px 28px}
.small h3{margin:8px 0 4px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--muted);margin-bottom:8px}
.legend i,.key{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px}
.heat-legend{display:flex;flex-wrap:wrap;gap:2px 12px;font-size:13px;line-height:20px;color:var(--muted);margin-bottom:4px}
.heat-legend ol{list-style:none;display:grid;grid-template-columns:repeat(9,32px)}
.heat-legend ol li{height:12px}
.heat-legend ol:first-child li{margin-top:4px}
.heat-legend .bounds{grid-template-columns:repeat(8,32px);margin-left:16px;text-align:center;font-size:12px}
svg path[fill^="var(--heat"]{shape-rendering:crispEdges}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:400}
thead th{color:var(--muted);font-size:13px}
.ranking{margin-top:20px}
.ranking th{padding:3px 0}
.ranking th:first-child{width:1%;white-space:nowrap;padding-right:16px}
.ranking .bar{display:block;background:var(--line);border-radius:4px;padding:2px 8px;text-align:right;min-width:4em}
.ranking .own th{font-weight:650;color:var(--accent)}
.ranking .own .bar{background:var(--accent);color:var(--card);font-weight:650}
.stack{display:flex;gap:2px;height:20px;border-radius:5px;overflow:hidden;margin-bottom:10px}
.stack i{min-width:1px}
.numbers th,.numbers td{padding:5px 0 5px 16px;border-top:1px solid var(--line);text-align:right;white-space:nowrap}
.numbers thead th{border-top:0}
.numbers th:first-child{padding-left:0;text-align:left}
.numbers small{color:var(--muted);font-size:12px}
.numbers .sum th,.numbers .sum td{font-weight:600}
.shares th{width:1%;min-width:13em;white-space:nowrap;padding:6px 16px 6px 0;vertical-align:middle}
.shares td{padding:6px 0}
.shares .own th{font-weight:650}
.shares div{display:flex;height:14px;align-items:center;margin-right:44px;position:relative}
.shares span{position:relative;flex:1;height:8px;background:color-mix(in oklab,var(--line) 40%,var(--card));border-radius:0 3px 3px 0}
.shares span i{display:block;height:8px;border-radius:0 3px 3px 0}
.shares span b{position:absolute;top:3.5px;height:1px;background:var(--ink);outline:1px solid color-mix(in oklab,var(--card) 55%,transparent)}
.shares small{position:absolute;left:calc(100% + 6px);width:38px;text-align:right;color:var(--muted);font-size:12px}
h3+.ranking{margin-top:0}
.counts th:first-child{width:40%;white-space:normal;overflow-wrap:anywhere}
.heat td{border-left:1px solid var(--card)}
.heat{font-size:13px}
.heat td,.heat th:not(:first-child){padding:5px 7px}
.heat tbody th{white-space:normal}
.heat .none{color:var(--muted)}
.funnel td:nth-child(2){width:36%}
.funnel .bar{display:block;height:12px;border-radius:0 3px 3px 0;background:var(--accent);min-width:1px}
.panels{display:grid;grid-template-columns:repeat(4,1fr);gap:10px 14px;margin-top:16px}
.panel figcaption{margin:0;font-size:12px;line-height:1.3;min-height:2.6em;display:flex;align-items:end}
.panel svg{border:1px solid var(--line);border-radius:6px}
.turn{border-left:3px solid var(--line);padding:2px 0 2px 14px;margin-top:12px;font-size:14px}
.turn.assistant{border-color:var(--accent)}
.turn.user{border-color:var(--moon)}
.turn>small{color:var(--muted)}
.turn p{white-space:pre-wrap;overflow-wrap:anywhere}
.turn pre{margin-top:6px;padding:8px 12px;font-size:12px}
.above{margin-top:16px}
.good,.bad{font-weight:600;margin-right:6px}
.good{color:var(--accent)}
.bad{color:var(--warn)}
.sample{margin-top:8px}
.sample[open]{margin-bottom:24px}
.sample summary{color:var(--ink);overflow-wrap:anywhere}
.plain{margin:8px 0 0 20px;font-size:14px}
.scroll{overflow-x:auto}
blockquote{border-left:3px solid var(--moon);padding:2px 0 2px 18px;margin:0 0 22px}
blockquote p{font:17px/1.6 Charter,"Iowan Old Style",Georgia,"Times New Roman",serif;white-space:pre-wrap;overflow-wrap:anywhere;max-width:70ch}
blockquote footer{color:var(--muted);font-size:13px;margin-top:4px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:10px 24px}
dt{color:var(--muted);font-size:13px}
dd{margin:0;overflow-wrap:anywhere}
details{margin-top:16px}
summary{cursor:pointer;color:var(--accent);font-size:14px}
pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px 16px;margin:14px 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.yaml b{font-weight:400;color:var(--accent)}
body>main>footer{color:var(--muted);font-size:13px;margin-top:28px;text-align:center}
@media (max-width:680px){
.shares th{white-space:normal;min-width:7em;padding-right:10px}
main{padding:24px 12px 40px}
section{padding:16px 14px 18px;margin-top:16px}
.tiles li{flex-basis:45%;padding:12px 14px}
.tiles strong{font-size:21px}
.wide{display:none}
.narrow{display:block}
.halves{grid-template-columns:1fr}
.panels{grid-template-columns:1fr 1fr}
.funnel :is(td,th):nth-child(2){display:none}
.funnel td{white-space:normal}
dl{grid-template-columns:1fr 1fr}
.numbers th,.numbers td{padding-left:10px}
}
@media print{
body{background:none;font-size:13px}
main{max-width:none;padding:0}
section{border:0;padding:0}
.wide{display:block}
.narrow{display:none}
.note+figure{margin-top:16px}
time{white-space:nowrap}
.halves{grid-template-columns:1fr 1fr}
details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`
