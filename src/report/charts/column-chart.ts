import type { EChartsOption } from 'echarts'
import { compact, percent } from '../number-text.ts'
import type { SvgChart } from './svg-chart.ts'

export interface ColumnChartSpec {
  readonly id: string
  readonly label: string
  /** Below the columns, from left to right. */
  readonly names: readonly string[]
  readonly series: readonly {
    readonly color: string
    /** One a name. */
    readonly values: readonly number[]
  }[]
  /** How the values are written. Default as numbers. */
  readonly unit?: 'share' | 'number'
}

const label = { color: 'var(--muted)', fontSize: 12, fontFamily: 'inherit' } as const

/** Columns side by side over names. */
export const columnChart = ({ id, label: spoken, names, series, unit }: ColumnChartSpec): SvgChart => ({
  id,
  label: spoken,
  option: (): EChartsOption => ({
    grid: { left: 42, right: 8, top: 10, bottom: 24 },
    xAxis: {
      type: 'category',
      data: [...names],
      axisLine: { lineStyle: { color: 'var(--line)' } },
      axisTick: { show: false },
      axisLabel: { ...label, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: 'var(--line)' } },
      axisLabel: { ...label, formatter: unit === 'share' ? percent : compact },
    },
    series: series.map(({ color, values }) => ({
      type: 'bar',
      silent: true,
      barCategoryGap: '15%',
      barGap: '0%',
      itemStyle: { color },
      data: [...values],
    })),
  }),
})
