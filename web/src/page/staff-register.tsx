/* 出席簿: a class and a month, to read, to print, and as files. */
import { useId } from 'preact/hooks';
import type { Register } from '../api/day';
import { readClasses, readRegister, registerFile } from '../api/day';
import type { Named } from '../api/model';
import { addMonths, isMonth, monthOf, today, weekdayOf, writeDay, writeMonth, writeWeekday } from '../base/day';
import { useRemote } from '../base/remote';
import { goTo, hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { FileButton } from '../part/file-button';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const TOTALS = ['present', 'absent', 'late', 'early'] as const;

function Sheet({ of: sheet }: { readonly of: Register }) {
  const { words, language } = useWords();
  const say = words.register;
  if (sheet.children.length === 0) return <p class="empty">{say.empty}</p>;
  return (
    <>
      <p class="soft">{say.marks}</p>
      <div class="sheet" role="region" aria-label={say.title} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" class="sheet-name">
                {say.name}
              </th>
              {sheet.days.map(({ date, open }) => (
                <th key={date} scope="col" class={open ? '' : 'sheet-closed'}>
                  <span aria-hidden="true">
                    {Number(date.slice(8))}
                    <br />
                    {writeWeekday(weekdayOf(date), language)}
                  </span>
                  <span class="unseen">{writeDay(date, language)}</span>
                </th>
              ))}
              {TOTALS.map((name) => (
                <th key={name} scope="col">
                  {say.totals[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sheet.children.map((child) => (
              <tr key={child.id}>
                <th scope="row" class="sheet-name">
                  <Native>{child.name}</Native>
                </th>
                {sheet.days.map(({ date, open }, index) => (
                  <td key={date} class={open ? '' : 'sheet-closed'}>
                    {child.marks[index]}
                  </td>
                ))}
                {TOTALS.map((name) => (
                  <td key={name} class="sheet-total">
                    {child[name]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface OfProps {
  readonly facility: string;
  readonly classes: readonly Named[];
  readonly chosen: Named;
  readonly month: string;
}

function RegisterOf({ facility, classes, chosen, month }: OfProps) {
  const { words, language } = useWords();
  const { operations } = useSession();
  const say = words.register;
  const id = useId();
  const [sheet, again] = useRemote(readRegister(facility, chosen.id, month));
  const at = (to: string) => hrefOf({ page: 'register', group: chosen.id, month: to });
  return (
    <>
      <div class="sheet-head">
        <div class="field">
          <label class="label" for={id}>
            {say.group}
          </label>
          <select
            id={id}
            class="input"
            lang="ja"
            value={chosen.id}
            onChange={(event) => goTo({ page: 'register', group: event.currentTarget.value, month })}
          >
            {classes.map((group) => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </select>
        </div>
        <p class="board-day" aria-live="polite">
          {writeMonth(month, language)}
        </p>
        <div class="board-date">
          <a class="button button-outlined" href={at(addMonths(month, -1))}>
            <Icon name="left" />
            <span>{say.previous}</span>
          </a>
          {month < monthOf(today()) && (
            <a class="button button-outlined" href={at(addMonths(month, 1))}>
              <span>{say.next}</span>
              <Icon name="right" />
            </a>
          )}
        </div>
      </div>
      <RemoteView of={sheet} again={again}>
        {(value) => <Sheet of={value} />}
      </RemoteView>
      <div class="sheet-files">
        {operations.has('register.pdf') && (
          <FileButton call={() => registerFile(facility, chosen.id, month, 'pdf')}>{say.pdf}</FileButton>
        )}
        {operations.has('register.csv') && (
          <FileButton call={() => registerFile(facility, chosen.id, month, 'csv')}>{say.csv}</FileButton>
        )}
        <Button onClick={() => print()}>{say.print}</Button>
      </div>
    </>
  );
}

interface Props {
  readonly group: string | null;
  readonly month: string | null;
}

function OfFacility({ facility, group, month }: Props & { readonly facility: string }) {
  const { words } = useWords();
  const [classes, again] = useRemote(readClasses(facility));
  return (
    <RemoteView of={classes} again={again}>
      {({ items }) => {
        const chosen = items.find(({ id }) => id === group) ?? items[0];
        if (!chosen) return <p class="empty">{words.register.noClasses}</p>;
        return (
          <RegisterOf
            facility={facility}
            classes={items}
            chosen={chosen}
            month={month && isMonth(month) ? month : monthOf(today())}
          />
        );
      }}
    </RemoteView>
  );
}

export function RegisterPage(props: Props) {
  const { words } = useWords();
  const { me } = useSession();
  return (
    <>
      <Title text={words.register.title} />
      {me.facility ? (
        <OfFacility facility={me.facility.id} {...props} />
      ) : (
        <p class="empty">{words.board.noFacility}</p>
      )}
    </>
  );
}
