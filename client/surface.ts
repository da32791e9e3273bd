/**
 * What the server offers, as plain types. The compiler writes them out in full where it emits a declaration, so
 * the published client drags none of the server's types along. Never executed: import its type only.
 */
import type { GenericSchema, InferInput, InferOutput } from 'valibot'
import type { Api } from '#server/api.ts'
import type { Problem } from '#server/http/problem.ts'

// Not named types but literal ones: a declaration would only repeat a name, and with it an import.
declare function writtenOut<Operations, ProblemMembers>(): {
  operations: {
    [Group in keyof Operations]: {
      [Name in keyof Operations[Group]]: Operations[Group][Name] extends {
        kind: infer Kind
        input: infer In extends GenericSchema
        output: infer Out extends GenericSchema
      }
        ? { kind: Kind; input: InferInput<In>; output: InferOutput<Out> }
        : never
    }
  }
  problem: { [Member in keyof ProblemMembers]: ProblemMembers[Member] }
}

export const surface = writtenOut<Api, Problem>()
