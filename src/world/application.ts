import type { ToolDeclaration } from '../chat/messages.ts'
import type { Semantics } from './semantics.ts'
import type { Table } from './state.ts'

export interface WorldTool {
  readonly declaration: ToolDeclaration
  /** None for a tool that only its declaration is known of, such as one imported from an MCP server. */
  readonly semantics?: Semantics
}

/** A piece of software that an agent works with: tables and the tools that read and change them. */
export interface Application {
  /** `fleet_dispatch`. */
  readonly name: string
  /** One of K2's sixteen (paper, figure 9), or `unknown`. */
  readonly domain: string
  readonly description: string
  readonly tables: readonly Table[]
  readonly tools: readonly WorldTool[]
}
