/** Where a product has its own page: every name of a product leads there. */
export function productHref(id: number): string {
  return `/products/${id}`
}
