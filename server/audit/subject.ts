/** What an operation writes to. */

export const SUBJECT_KINDS = [
  'product',
  'import',
  'run',
  'webhook',
  'key',
  'item_id_rules',
  'session',
  'backup',
] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** Its kind: the id is the answer's, or its product's, else the input's. Otherwise the answer says which ids. */
export type Subject<Out> =
  | SubjectKind
  | { kind: SubjectKind; idsOf: (output: Out) => readonly (SubjectId | undefined)[] }

type SubjectId = string | number

interface Named {
  id?: SubjectId
  product?: { id: SubjectId }
}

/** @returns one for each entry: undefined where there is no single subject */
export function subjectIds<Out>(
  subject: Subject<Out>,
  { input, output }: { input: unknown; output: Out },
): readonly (SubjectId | undefined)[] {
  if (typeof subject === 'object') return subject.idsOf(output)
  const [given, answered] = [input as Named, Object(output) as Named]
  return [answered.id ?? answered.product?.id ?? given.id]
}
