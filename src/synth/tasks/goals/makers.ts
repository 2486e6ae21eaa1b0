import { aggregate } from './aggregate.ts'
import { change } from './change.ts'
import { compute } from './compute.ts'
import { conditional } from './conditional.ts'
import { create, createPair } from './create.ts'
import { changeEach, changeFound, computeFrom, lookupFound } from './dependent.ts'
import { extreme } from './extreme.ts'
import { list } from './list.ts'
import { lookup } from './lookup.ts'
import { oneOf } from './one-of.ts'
import { remove } from './remove.ts'
import { transfer } from './transfer.ts'

/** One call that reads. */
export const someRead = oneOf(lookup, lookup, aggregate, compute, extreme, list)
/** One call that changes something. */
export const someWrite = oneOf(change, change, create, remove, transfer)
export const someCall = oneOf(someRead, someWrite)
/** Calls that depend on results of others. */
export const someDependentRead = oneOf(lookupFound, lookupFound, computeFrom)
export const someDependentWrite = oneOf(changeFound, createPair, conditional)
export const someDependent = oneOf(someDependentRead, someDependentWrite)
export const someLong = oneOf(changeEach, conditional, createPair)
