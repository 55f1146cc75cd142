/* What is asked about a child. */
import type { Entry } from '../api/office';
import type { FieldOf } from './form';
import type { Words } from '../word/ja';

export function entryFields(say: Words['entry']['fields'], entry: Entry | null): readonly FieldOf[] {
  const field = (name: keyof Words['entry']['fields'] & keyof Entry, maxLength: number, more: Partial<FieldOf> = {}): FieldOf => ({
    name,
    label: say[name],
    value: entry?.[name] ?? '',
    maxLength,
    ...more,
  });
  return [
    field('name', 100, { required: true }),
    field('kana', 100, { required: true }),
    field('birth_date', 10, { required: true, kind: 'date' }),
    field('address', 200, { required: true }),
    field('code', 20),
    field('allergies', 500),
    field('medical', 1000, { kind: 'area' }),
    field('emergency_contacts', 500, { kind: 'area' }),
    field('fetchers', 500),
    field('notes', 1000, { kind: 'area' }),
  ];
}
