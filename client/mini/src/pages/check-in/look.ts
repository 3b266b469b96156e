/** look is how the state of a check-in is shown. */
export const look = { pending: '', accepted: 'good', refused: 'bad', ended: 'plain' }
