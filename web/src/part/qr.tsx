/* A QR code from its rows of 0 and 1, with the quiet border of four that readers need. */
const BORDER = 4;

interface Props {
  readonly rows: readonly string[];
  readonly label: string;
}

export function Qr({ rows, label }: Props) {
  const size = rows.length + 2 * BORDER;
  const dark = rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(({ index, 0: run }) => `M${index + BORDER} ${y + BORDER}h${run.length}v1h-${run.length}z`),
    )
    .join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path class="qr-light" d={`M0 0h${size}v${size}h-${size}z`} />
      <path class="qr-dark" d={dark} />
    </svg>
  );
}
