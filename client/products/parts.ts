/** What comes only when it is opened: none of it is needed to see the products. */
import { lazyPart } from '#client/ui/lazy.tsx'

export const stock = lazyPart(() => import('./stock/stock-drawer.tsx'))
export const panel = lazyPart(() => import('#client/product/product-panel.tsx'))
export const newProduct = lazyPart(() => import('./fields/new-product.tsx'))
export const columnsChoice = lazyPart(() => import('./layout/columns-dialog.tsx'))
export const views = lazyPart(() => import('./views/views-dialog.tsx'))
export const bulk = lazyPart(() => import('./bulk/bulk-dialog.tsx'))
export const importing = lazyPart(() => import('./import/import-dialog.tsx'))
