/* What takes effect only when a second person agrees. */
import { useState } from 'preact/hooks';
import { readFacility } from '../api/calls';
import { decideChange, readChanges } from '../api/office';
import type { Change, Verdict } from '../api/office';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface Props {
  readonly change: Change;
  readonly decided: (verdict: Verdict) => void;
}

/* Which facility it is about. */
function Place({ id }: { readonly id: string }) {
  const [facility] = useRemote(readFacility(id));
  return facility.state === 'ready' ? (
    <p class="change-place">
      <Native>{facility.value.name}</Native>
    </p>
  ) : null;
}

function ChangeCard({ change, decided }: Props) {
  const { words, language } = useWords();
  const { client, me, operations } = useSession();
  const say = words.changes;
  const mine = change.requester === me.account;
  const verdicts: readonly Verdict[] = mine ? ['withdraw'] : ['approve', 'reject'];
  const name = words.events.operations[change.operation] ?? change.operation;
  return (
    <li class="panel change">
      <h3 class="small-title">{name}</h3>
      {change.object && change.operation.startsWith('facility.') && <Place id={change.object} />}
      {change.impact && (
        <p>
          <Native>{change.impact}</Native>
        </p>
      )}
      <p class="soft">
        {mine ? say.byYou : say.byOther}
        {change.filed_at && `　${writeInstant(change.filed_at, language)}`}
      </p>
      {change.state === 'waiting' ? (
        <div class="acts">
          {verdicts
            .filter((verdict) => operations.has(`change.${verdict}`))
            .map((verdict) => (
              <Act
                key={verdict}
                look={verdict === 'approve' ? 'filled' : 'outlined'}
                label={say.verdicts[verdict].label}
                about={name}
                title={say.verdicts[verdict].title}
                lead={<Native>{change.impact}</Native>}
                submit={say.verdicts[verdict].label}
                fields={[]}
                act={async () => {
                  await client(decideChange(change.id, verdict));
                  decided(verdict);
                }}
              />
            ))}
        </div>
      ) : (
        <p>
          <span class="row-mark">{say.states[change.state]}</span>
          {change.decided_at && `　${writeInstant(change.decided_at, language)}`}
        </p>
      )}
    </li>
  );
}

export function ChangesPage() {
  const { words } = useWords();
  const say = words.changes;
  const [changes, again] = useRemote(readChanges());
  const [told, setTold] = useState<Verdict | null>(null);
  const decided = (verdict: Verdict) => {
    setTold(verdict);
    again();
  };
  return (
    <>
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      {told && <Notice tone="success" title={say.verdicts[told].done} />}
      <RemoteView of={changes} again={again}>
        {({ items }) => {
          const waiting = items.filter(({ state }) => state === 'waiting');
          const decidedOnes = items.filter(({ state }) => state !== 'waiting');
          return (
            <>
              <section class="part-section">
                <h2 class="section-title">{say.waiting}</h2>
                {waiting.length === 0 ? (
                  <p class="empty">{say.none}</p>
                ) : (
                  <ul class="changes">
                    {waiting.map((change) => (
                      <ChangeCard key={change.id} change={change} decided={decided} />
                    ))}
                  </ul>
                )}
              </section>
              {decidedOnes.length > 0 && (
                <section class="part-section">
                  <h2 class="section-title">{say.decided}</h2>
                  <ul class="changes">
                    {decidedOnes.map((change) => (
                      <ChangeCard key={change.id} change={change} decided={decided} />
                    ))}
                  </ul>
                </section>
              )}
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
