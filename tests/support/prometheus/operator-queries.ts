import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../source-files.ts'

export const PROMETHEUS_FOLDER = join(REPOSITORY, 'deploy/prometheus')

export interface PanelQuery {
  readonly panel: string
  readonly query: string
  /** Labels that the legend shows. */
  readonly legendLabels: readonly string[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

/** What the dashboard asks, with its variables as Grafana would fill them in for "all". */
export const dashboardQueries = (): readonly PanelQuery[] => {
  const text = readFileSync(join(REPOSITORY, 'deploy/grafana/skein-dashboard.json'), 'utf8')
  const { panels } = JSON.parse(text) as Dashboard
  return panels.flatMap(({ targets = [], title }) =>
    targets.map(({ expr, legendFormat }) => ({
      panel: title,
      query: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(instance|model)/g, '.*'),
      legendLabels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? ''),
    })),
  )
}

export interface AlertRule {
  readonly alert: string
  readonly expr: string
}

/** The rules of `alerts.yml`. */
export const alertRules = (): readonly AlertRule[] => {
  const text = readFileSync(join(PROMETHEUS_FOLDER, 'alerts.yml'), 'utf8')
  const { groups } = Bun.YAML.parse(text) as { groups: { rules: AlertRule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
