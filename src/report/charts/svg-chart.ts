import type { EChartsOption } from 'echarts'
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { escaped, type Html, html, raw } from '../html.ts'

use([BarChart, LineChart, ScatterChart, CustomChart, GridComponent, LabelLayout, SVGRenderer])

export interface Size {
  readonly width: number
  readonly height: number
}

export interface SvgChart {
  /** Unique in the page. */
  readonly id: string
  /** What the chart shows, for those who hear the page. */
  readonly label: string
  readonly option: (size: Size) => EChartsOption
}

/**
 * The chart as SVG that takes the width it is given. The library's style sheet (hover effects, which would reach
 * into the whole page) goes, and its ids, numbered by process, are replaced: the same run gives the same report.
 */
function svg({ id, label, option }: SvgChart, size: Size): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ animation: false, ...option(size) })
    return chart
      .renderToSVGString()
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
      .replaceAll(/ (?:class|pointer-events|xmlns:xlink|xml:space|baseProfile|version)="[^"]*"/g, '')
      .replaceAll(/zr\d+-/g, `${id}-`)
      .replaceAll('font-family:inherit;', '')
      .replace(
        /^<svg[^>]*>/,
        `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(label)}">`,
      )
  } finally {
    chart.dispose()
  }
}

const phone = 400

/** A chart as wide as the page, drawn a second time for phones, where the first one's text would be too small. */
export const wideChart = (chart: SvgChart, height = 320): Html => html`
  <div class="wide">${raw(svg({ ...chart, id: `${chart.id}-wide` }, { width: 880, height }))}</div>
  <div class="narrow">${raw(svg({ ...chart, id: `${chart.id}-narrow` }, { width: phone, height: Math.min(height, 280) }))}</div>`

/** A chart for half the page, or a whole phone. */
export const halfChart = (chart: SvgChart, height = 220): Html =>
  html`<div>${raw(svg(chart, { width: 430, height }))}</div>`
