/* The same in English; the compiler says what is missing. */
import { account } from './en/account';
import { common } from './en/common';
import { family } from './en/family';
import { gate } from './en/gate';
import { officer } from './en/officer';
import { operations } from './en/operations';
import { principal } from './en/principal';
import { staff } from './en/staff';
import type { Words } from './ja';

export const en: Words = {
  ...common,
  ...gate,
  ...account,
  ...family,
  ...staff,
  ...principal,
  ...officer,
  ...operations,
};
