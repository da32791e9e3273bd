/** What was imported lately, and undoing it. */
import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import * as schema from './file-schema.ts'
import { UNDOABLE_MS } from './import/record.ts'
import type { KeptProduct } from './import/undo.ts'
import { Nothing } from './schema.ts'

/** `kept` counts them all. */
const KEPT_NAMED = 1000

export const importOperations = {
  imports: query({
    rest: 'GET /products/imports',
    summary: 'The imports of the last 24 hours that can be undone, newest first',
    input: Nothing,
    output: schema.RecentImports,
    scope: 'products:read',
    cost: 'search',
    run: recentImports,
  }),

  undoImport: mutation({
    rest: 'POST /products/imports/:id/undo',
    summary: 'Undo an import of the last 24 hours, but for products that were changed after it',
    description: 'A second call goes on where a first one was cut off.',
    input: schema.ImportById,
    output: schema.UndoneImport,
    subject: 'import',
    scope: 'products:write',
    cost: 'write',
    errors: ['IMPORT_NOT_FOUND'],
    // In many transactions, so that other writers get their turn.
    transactional: false,
    run: (ctx, { id }) => undoImport(ctx, { id, actor: ctx.caller.name }),
  }),
}

export async function recentImports({ products }: Pick<Context, 'products'>) {
  const recent = await products.imports()
  return {
    items: recent.map(({ id, actor, createdAt, changed, updated }) => ({
      id,
      actor,
      created_at: new Date(createdAt).toISOString(),
      undoable_until: new Date(createdAt + UNDOABLE_MS).toISOString(),
      created: changed - updated,
      updated,
    })),
  }
}

/** @throws ProblemError `IMPORT_NOT_FOUND` */
export async function undoImport(
  ctx: Pick<Context, 'products'>,
  { id, actor }: { id: number; actor: string },
) {
  const { removed, restored, kept } = await ctx.products.undoImport(id, actor)
  const named = kept.slice(0, KEPT_NAMED).map((product) => withName(ctx, product))
  return { removed, restored, kept: kept.length, kept_products: await Promise.all(named) }
}

async function withName({ products }: Pick<Context, 'products'>, { productId: id, detail }: KeptProduct) {
  const row = await products.get(id)
  return { id, sku: row?.sku ?? null, name: row?.name ?? null, detail }
}
