import { init, type EChartsCoreOption } from 'echarts';
import { chartPanels, type Panel } from './chartPanels';
import type { BenchmarkResults } from './results';

const width = 1000;
const panelHeight = 300;
const colors = ['#0f766e', '#f59e0b', '#94a3b8'];

/** The results as an SVG, one panel below the other. */
export function drawChart(results: BenchmarkResults): string {
	const panels = chartPanels(results);
	const drawn = panels.map((panel, index) => drawPanel(panel, index * panelHeight));
	const height = panels.length * panelHeight;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n${drawn.join('\n')}\n</svg>\n`;
}

function drawPanel(panel: Panel, top: number): string {
	const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: panelHeight });
	chart.setOption(optionOf(panel));
	const svg = chart.renderToSVGString();
	chart.dispose();
	return svg.replace('<svg ', `<svg y="${top}" `);
}

function optionOf({ title, categories, series, mark }: Panel): EChartsCoreOption {
	return {
		animation: false,
		backgroundColor: '#ffffff',
		color: colors,
		textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
		title: { text: title, left: 16, top: 10, textStyle: { fontSize: 15, color: '#0f172a' } },
		legend: { show: series.length > 1, left: 16, top: 34, itemHeight: 10 },
		grid: { left: 60, right: 24, top: 78, bottom: 30 },
		xAxis: { type: 'category', data: categories, axisTick: { show: false } },
		yAxis: { type: 'value', splitNumber: 4 },
		series: series.map(({ name, bars }, index) => ({
			type: 'bar',
			name,
			barMaxWidth: 46,
			barGap: '10%',
			data: bars.map(({ value, label, isFailed }) => ({
				value,
				label: {
					show: true,
					position: 'top',
					fontSize: 11,
					formatter: label,
					opacity: 1,
					color: isFailed ? '#b91c1c' : '#334155',
				},
				itemStyle: isFailed ? { opacity: 0.35 } : {},
			})),
			...(index === 0 && mark !== undefined ? { markLine: lineAt(mark) } : {}),
		})),
	};
}

function lineAt(value: number): object {
	return {
		symbol: 'none',
		silent: true,
		label: { show: false },
		lineStyle: { color: '#dc2626', type: 'dashed' },
		data: [{ yAxis: value }],
	};
}
