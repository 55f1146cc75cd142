/* The screens of principals. */
import type { principal as Japanese } from '../ja/principal';

export const principal: typeof Japanese = {
};
