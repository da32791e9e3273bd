import { expect, test } from 'bun:test'
import { toGtin } from './gtin.ts'

test.each([
  ['4006381333931', '4006381333931'],
  ['04006381333931', '4006381333931'],
  ['036000291452', '036000291452'],
  ['0036000291452', '036000291452'],
  ['40170725', '40170725'],
  ['00000040170725', '40170725'],
  ['10614141000415', '10614141000415'],
  ['978-3-16-148410-0', '9783161484100'],
])('%p is the number %p', (text, gtin) => expect(toGtin(text)).toBe(gtin))

test.each([
  ['4006381333932', 'a wrong check digit'],
  ['4006318333931', 'two digits in the wrong order'],
  ['36000291452', 'a lost leading zero'],
  ['4.00638E+12', 'what a spreadsheet made of it'],
  ['00000000', 'nothing but zeros'],
  ['ABC-123', 'letters'],
  ['', 'nothing'],
  ['٤٠٠٦٣٨١٣٣٣٩٣١', 'digits of another script'],
])('%p is none: %s', (text) => expect(toGtin(text)).toBeUndefined())
