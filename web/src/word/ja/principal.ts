/* The screens of principals. */
export const principal = {
};
