/* The calls that several areas make, each with the decoder of its reply; those of one area stand in its own file. */
import type { Day } from '../base/day';
import type { Call } from './client';
import { path } from './client';
import { page } from './decode';
import type { Page } from './decode';
import type { Absence, Board, Child, Facility } from './model';
import { absence, board, child, facility } from './model';

const PAGE_MAX = 200;

export const readChildren = (): Call<Page<Child>> => ({
  method: 'GET',
  path: path`/v1/children?limit=${PAGE_MAX}`,
  decode: page(child),
});

export const readChild = (id: string): Call<Child> => ({ method: 'GET', path: path`/v1/children/${id}`, decode: child });

export const readAbsences = (id: string): Call<Page<Absence>> => ({
  method: 'GET',
  path: path`/v1/children/${id}/absences?limit=${PAGE_MAX}`,
  decode: page(absence),
});

/* Where reports are sent; they go through the outbox. */
export const absencePath = (id: string): string => path`/v1/children/${id}/absences`;

/* The next page of a list, or its first without a cursor. */
const listed = (base: string, cursor: string | null): string => (cursor ? base + path`&cursor=${cursor}` : base);

export const readFacilities = (cursor: string | null = null): Call<Page<Facility>> => ({
  method: 'GET',
  path: listed(path`/v1/facilities?limit=${PAGE_MAX}`, cursor),
  decode: page(facility),
});

export const readBoard = (id: string, date: Day): Call<Board> => ({
  method: 'GET',
  path: path`/v1/facilities/${id}/board?date=${date}`,
  decode: board,
});

export const readFacility = (id: string): Call<Facility> => ({
  method: 'GET',
  path: path`/v1/facilities/${id}`,
  decode: facility,
});
