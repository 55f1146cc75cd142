/* The text of an announcement, how it differs from the one before, and how it stands. */
import type { Announcement, AnnouncementState, Body, Piece } from '../api/announcements';
import { useGovernWords } from '../word/govern';
import { Native } from './name';
import { Mark } from './shape';
import type { Shape } from './shape';

const SHAPES: Record<AnnouncementState, Shape> = { draft: 'none', waiting: 'soon', published: 'good', withdrawn: 'off' };

export function AnnouncementMark({ of: { state } }: { readonly of: Pick<Announcement, 'state'> }) {
  const { say } = useGovernWords();
  return <Mark shape={SHAPES[state]} word={say.announcements.states[state]} state={state} />;
}

export function AnnouncementText({ of: { body, columns, rows } }: { readonly of: Body }) {
  const { say, told } = useGovernWords();
  if (columns.length === 0) {
    return (
      <div class="announcement-text">
        <Native>{body}</Native>
      </div>
    );
  }
  return (
    <table class="table dense">
      <caption class="unseen">{say.announcement.list}</caption>
      <thead>
        <tr>
          {columns.map(({ name, title }) => (
            <th key={name} scope="col">
              {told(title)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {columns.map(({ name, title }) => (
              <td key={name} data-label={told(title)}>
                <div>
                  <Native>{row[name] || '—'}</Native>
                </div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/* Told by a word before each line, by its stroke and by its colour. */
export function Difference({ of: pieces }: { readonly of: readonly Piece[] }) {
  const { say } = useGovernWords();
  const words = say.announcement;
  return (
    <div class="difference" lang="ja">
      {pieces.map(({ op, text }, index) => {
        if (op === 'same') return <p key={index}>{text}</p>;
        const inner = (
          <>
            <span class="difference-mark">{op === 'new' ? words.added : words.removed}</span> {text}
          </>
        );
        return (
          <p key={index} class={`difference-${op}`}>
            {op === 'new' ? <ins>{inner}</ins> : <del>{inner}</del>}
          </p>
        );
      })}
    </div>
  );
}
