/** `/llms.txt` (llmstxt.org): what a language model needs to find its way, made from the operations. */
import { operationsOf, fileRoutesOf, type Api } from '#server/api.ts'
import { MCP_ENDPOINT } from './mcp/mcp.ts'
import { INTRODUCTION, TAG_TEXTS } from './openapi/text.ts'
import { PREFIX, splitRest } from './rest.ts'

export function llmsTxt(api: Api, { hasMcp }: { hasMcp: boolean }): string {
  const routes = [...operationsOf(api).map(({ operation }) => operation), ...fileRoutesOf()]
  const groups = Map.groupBy(routes, (route) => splitRest(route)[1].split(/[/.]/)[1] ?? '')
  const sections = [...groups].map(([group, of]) => {
    const lines = of.map((route) => {
      const [method, path] = splitRest(route)
      return `- \`${method} ${PREFIX}${path}\`: ${route.summary} (\`${route.scope}\`)`
    })
    return `## ${group}\n\n${TAG_TEXTS[group] ?? ''}\n\n${lines.join('\n')}`
  })
  return `# Adstock

> ${INTRODUCTION.split('\n')[0]}

${INTRODUCTION.split('\n').slice(2).join('\n')}

## Documents

- [OpenAPI 3.1](/openapi.json): every operation with its schemas, examples and errors
- [Errors](/problems): each code and what to do about it
- [TypeScript client](/client.tgz): \`npm install\` takes this address
${hasMcp ? `- [MCP](${MCP_ENDPOINT}): the same operations as tools, over Streamable HTTP, with the same keys\n` : ''}
${sections.join('\n\n')}
`
}
