/* Every word, in Japanese: one file for each area of screens. */
import { account } from './ja/account';
import { common } from './ja/common';
import { family } from './ja/family';
import { gate } from './ja/gate';
import { officer } from './ja/officer';
import { operations } from './ja/operations';
import { principal } from './ja/principal';
import { staff } from './ja/staff';

export const ja = {
  ...common,
  ...gate,
  ...account,
  ...family,
  ...staff,
  ...principal,
  ...officer,
  ...operations,
};

export type Words = typeof ja;
