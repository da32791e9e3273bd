/**
 * A text → the words it is found by: folded here, not by a database, so that every dialect finds the same.
 * What is not a letter, a digit or a mark separates words. A script without spaces is cut into pairs of letters.
 */
import { fold } from './fold.ts'

/** Longer than any real word; PostgreSQL refuses lexemes beyond 2 KiB. */
const MAX_WORD_LENGTH = 100

/** Stands between words where a part of the name ends. No index takes it for a word that is asked for. */
export const PART_END = ','

const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー'
const SPACED_OR_NOT = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u')

/** Runs of words that only one character each holds together, and what ends a part of the name. */
const LEXEMES = /[\p{L}\p{N}\p{M}]+(?:['\-‐‑._/&+][\p{L}\p{N}\p{M}]+)*|[,;:()[\]{}|!?–—]+|\s[-/]\s|\.\s/gu
/** The same of a text that is ASCII, as most are once they are folded: several times as fast. */
const ASCII_LEXEMES = /[a-z0-9]+(?:['\-._/&+][a-z0-9]+)*|[,;:()[\]{}|!?]+|\s[-/]\s|\.\s/g

export interface Words {
  /** In their order, `PART_END` between parts. */
  inOrder: string[]
  /** What words that are written together with a dash or dot make: `wi-fi` → `wifi`. */
  joined: string[]
}

/** A name is written right after its words are entered: what was read last is asked for again. */
const recent = new Map<string, Words>()
const MAX_RECENT = 2_000

export function lex(text: string): Words {
  const known = recent.get(text)
  if (known) return known
  if (recent.size >= MAX_RECENT) recent.clear()
  const words = read(text)
  recent.set(text, words)
  return words
}

function read(text: string): Words {
  const folded = prepared(text)
  const isAscii = /^[\x20-\x7E]*$/.test(folded)
  const inOrder: string[] = []
  const joined: string[] = []
  for (const lexeme of folded.match(isAscii ? ASCII_LEXEMES : LEXEMES) ?? []) {
    if (/^[a-z0-9]{1,100}$/.test(lexeme)) inOrder.push(lexeme)
    else {
      const parts = lexeme.match(isAscii ? /[a-z0-9]+/g : /[\p{L}\p{N}\p{M}]+/gu)?.map(clip)
      if (parts) {
        inOrder.push(...(isAscii ? parts : parts.flatMap(pieces)))
        joined.push(...joinable(lexeme, parts))
      } else if (inOrder.length > 0 && inOrder.at(-1) !== PART_END) inOrder.push(PART_END)
    }
  }
  if (inOrder.at(-1) === PART_END) inOrder.pop()
  return { inOrder, joined: joined.length > 1 ? [...new Set(joined)] : joined }
}

export function wordsOf(text: string): string[] {
  return lex(text).inOrder.filter((word) => word !== PART_END)
}

/** And what joined words make. */
export function everyWordOf(name: string): string[] {
  const { inOrder, joined } = lex(name)
  return [...inOrder.filter((word) => word !== PART_END), ...joined]
}

/** Whether the word is a pair of letters, or one letter, of a script without spaces. */
export function isUnspaced(word: string): boolean {
  return IS_UNSPACED.test(word)
}

function prepared(text: string): string {
  if (/^[\w ,.()/-]*$/.test(text)) return text.toLowerCase()
  const signs = text
    .replaceAll(/[’‘ʼ＇`´]/g, "'")
    .replaceAll(/(?<=\d)\s?(?:″|”|"|'')/g, 'in ')
    .replaceAll(/(?<=\d\s?)[×✕](?=\s?\d)/g, 'x')
    .replaceAll(/[×✕]/g, ' x ')
  // The possessive belongs to no word: men's are for men.
  return fold(signs).replaceAll(/(?<=[\p{L}\p{M}]{2})'s(?![\p{L}\p{N}\p{M}])/gu, '')
}

function clip(word: string): string {
  return word.length <= MAX_WORD_LENGTH ? word : Array.from(word).slice(0, MAX_WORD_LENGTH).join('')
}

function pieces(word: string): string[] {
  return (word.match(SPACED_OR_NOT) ?? []).flatMap((run) => (isUnspaced(run) ? pairs(run) : run))
}

function pairs(run: string): string[] {
  const letters = Array.from(run)
  return letters.length === 1
    ? letters
    : letters.slice(1).map((letter, index) => `${letters[index]}${letter}`)
}

/** A decimal point joins nothing: 1.6 is not 16. */
function joinable(lexeme: string, words: readonly string[]): string[] {
  if (words.length < 2 || words.some(isUnspaced) || /\d[.]\d/.test(lexeme)) return []
  const neighbours = words.slice(1).map((word, index) => `${words[index]}${word}`)
  return [words.join(''), ...neighbours].map(clip)
}
