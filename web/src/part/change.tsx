/* One change: what was and what is to be, who asked, what to mind, and what one may do about it. */
import type { Change, ChangeState, Verdict } from '../api/changes';
import { decideChange, undoChange, VERDICTS } from '../api/changes';
import { writeInstant } from '../base/day';
import { deskMoved } from '../base/desk-count';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';
import { Act } from './act';
import { Native } from './name';
import { Notice } from './notice';
import { Mark } from './shape';
import type { Shape } from './shape';

const SHAPES: Record<ChangeState, Shape> = {
  waiting: 'soon',
  scheduled: 'late',
  applied: 'good',
  rejected: 'off',
  withdrawn: 'off',
  stale: 'unsure',
  failed: 'bad',
};

export function ChangeMark({ state }: { readonly state: ChangeState }) {
  const { say } = useGovernWords();
  return <Mark shape={SHAPES[state]} word={say.changes.states[state]} state={state} />;
}

/* Its operation's name, where the program still knows it. */
export function useChangeTitle(): (change: Change) => string {
  const { told } = useGovernWords();
  return ({ title, operation }) => told(title) || operation;
}

function Differences({ of: change }: { readonly of: Change }) {
  const { say, told } = useGovernWords();
  const words = say.changes;
  const fields = change.fields.filter(({ before_text, after_text }) => before_text !== after_text);
  if (fields.length === 0) return null;
  return (
    <table class="table dense change-table">
      <caption class="unseen">{words.difference}</caption>
      <thead>
        <tr>
          <th scope="col">{words.field}</th>
          <th scope="col">{words.before}</th>
          <th scope="col">{words.after}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field.name} data-field={field.name}>
            <td data-label={words.field}>
              <div>{told(field)}</div>
            </td>
            <td data-label={words.before}>
              <div class="soft">
                <Native>{field.before_text ?? say.fields.none}</Native>
              </div>
            </td>
            <td data-label={words.after}>
              <div>
                <Native>{field.after_text ?? say.fields.none}</Native>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function People({ of: change }: { readonly of: Change }) {
  const { say, language } = useGovernWords();
  const { words: common } = useWords();
  const { me } = useSession();
  const words = say.changes;
  const rows = [
    [words.asked, change.requester === me.account ? words.you : change.requester_name, change.filed_at],
    [words.decided, change.decided_by_name, change.decided_at],
    [words.takesEffect, null, change.applied_at ? null : change.effective_at],
    [words.appliedAt, null, change.applied_at],
  ] as const;
  return (
    <dl class="facts">
      {change.facility_name && (
        <div>
          <dt>{say.record.facility}</dt>
          <dd>
            <Native>{change.facility_name}</Native>
          </dd>
        </div>
      )}
      {rows
        .filter(([, name, at]) => name || at)
        .map(([label, name, at]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {name && <Native>{name}</Native>} {at && writeInstant(at, language)}
            </dd>
          </div>
        ))}
      {change.reason && (
        <div>
          <dt>{say.deeds.reason}</dt>
          <dd>
            <Native>{change.reason}</Native>
          </dd>
        </div>
      )}
      {change.state === 'waiting' && change.approvers.length > 0 && (
        <div>
          <dt>{words.approvers}</dt>
          <dd>{change.approvers.map((role) => common.roles[role]).join('、')}</dd>
        </div>
      )}
    </dl>
  );
}

interface Props {
  readonly change: Change;
  readonly decided: (told: string) => void;
}

export function ChangeBody({ change, decided }: Props) {
  const { say, told, language } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.changes;
  const name = useChangeTitle()(change);

  const decide = async (verdict: Verdict, reason: string, key: string) => {
    if (verdict === 'undo') {
      await client(undoChange(change.id, reason, key));
      decided(words.verdicts.undo.done);
    } else {
      const { state } = await client(decideChange(change.id, verdict));
      decided(verdict === 'approve' ? words.outcomes[state] : words.verdicts[verdict].done);
    }
    deskMoved();
  };

  return (
    <>
      {change.impact && (
        <p>
          <Native>{change.impact}</Native>
        </p>
      )}
      {change.warning && <Notice tone="warning" title={told(change.warning)} />}
      <Differences of={change} />
      <People of={change} />
      {change.why && <p class="soft">{words.whys[change.why]}</p>}
      {change.undoes && (
        <p>
          <a class="row-link" href={hrefOf({ page: 'change', change: change.undoes })}>
            {words.undoes}
          </a>
        </p>
      )}
      {change.undone_by && (
        <p>
          <a class="row-link" href={hrefOf({ page: 'change', change: change.undone_by })}>
            {words.undoneBy}
          </a>
        </p>
      )}
      <div class="acts">
        {VERDICTS.filter((verdict) => change.may[verdict] && operations.has(`change.${verdict}`)).map((verdict) => (
          <Act
            key={verdict}
            look={verdict === 'approve' ? 'filled' : 'outlined'}
            label={words.verdicts[verdict].label}
            about={name}
            title={words.verdicts[verdict].title}
            lead={
              verdict === 'approve' && change.effective_at ? words.later(writeInstant(change.effective_at, language)) : <Native>{change.impact}</Native>
            }
            submit={words.verdicts[verdict].label}
            fields={verdict === 'undo' ? [{ name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 200 }] : []}
            act={(values, key) => decide(verdict, values['reason'] ?? '', key)}
          />
        ))}
      </div>
    </>
  );
}

export function ChangeCard(props: Props) {
  const { change } = props;
  const name = useChangeTitle()(change);
  return (
    <li class="panel change" data-change={change.id}>
      <h3 class="small-title">
        <a class="row-link" href={hrefOf({ page: 'change', change: change.id })}>
          {name}
        </a>{' '}
        <ChangeMark state={change.state} />
      </h3>
      <ChangeBody {...props} />
    </li>
  );
}
