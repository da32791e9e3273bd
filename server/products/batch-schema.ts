/** The shapes of batches on the wire. */
import * as v from 'valibot'
import {
  text,
  integer,
  Sku,
  Name,
  StockLevel,
  Version,
  Price,
  Reason,
  optionalFields,
  ProductId,
  Product,
  MAX_STOCK_LEVEL,
} from './schema.ts'

/** Of an operation on a product that there is; a new one has none of them. */
const FIELDS_OF_A_CHANGE = ['id', 'version', 'delta', 'reason', 'reference'] as const

export const ProductBatchStep = v.pipe(
  v.strictObject({
    create: v.pipe(
      v.optional(v.literal(true, 'must be true, or left out')),
      v.description('A new product, with a name and a price.'),
    ),
    id: v.optional(ProductId),
    sku: v.pipe(
      v.optional(Sku.wrapped),
      v.description(
        'Without an id, the product that has it; beside an id or of a new product, the SKU that it gets.',
      ),
    ),
    version: v.optional(Version),
    name: v.optional(Name),
    price: v.optional(Price),
    stock_level: v.optional(StockLevel),
    ...optionalFields,
    delta: v.optional(integer(-MAX_STOCK_LEVEL, MAX_STOCK_LEVEL)),
    reason: v.optional(Reason),
    reference: v.optional(v.nullable(text(200))),
  }),
  v.check(({ create, id, sku }) => create || id !== undefined || sku !== undefined, 'has neither id nor sku'),
  v.check(
    ({ create, name, price }) => !create || (name !== undefined && price !== undefined),
    'creates a product: name and price are needed',
  ),
  v.check(
    (step) => !step.create || FIELDS_OF_A_CHANGE.every((field) => step[field] === undefined),
    `creates a product: it cannot have ${FIELDS_OF_A_CHANGE.join(', ')}`,
  ),
  v.metadata({
    not: { required: ['stock_level', 'delta'] },
    oneOf: [
      {
        required: ['create', 'name', 'price'],
        not: { anyOf: FIELDS_OF_A_CHANGE.map((field) => ({ required: [field] })) },
      },
      { not: { required: ['create'] }, anyOf: [{ required: ['id'] }, { required: ['sku'] }] },
    ],
  }),
)

export const ProductBatch = v.strictObject({
  mode: v.picklist(['atomic', 'per_item'], 'must be atomic or per_item'),
  dry_run: v.optional(v.boolean('must be true or false'), false),
  operations: v.pipe(
    v.array(ProductBatchStep, 'must be a list'),
    v.minLength(1, 'must have 1 to 1000 operations'),
    v.maxLength(1000, 'must have 1 to 1000 operations'),
  ),
})

export const ProductBatchResults = v.object({
  mode: v.picklist(['atomic', 'per_item']),
  dry_run: v.boolean(),
  results: v.array(
    v.object({
      id: v.optional(v.number()),
      sku: v.pipe(v.optional(v.string()), v.description('Where the operation named the product by it.')),
      status: v.number(),
      product: v.optional(Product),
      problem: v.optional(
        v.looseObject({ code: v.string(), status: v.number(), title: v.string(), detail: v.string() }),
      ),
    }),
  ),
})
