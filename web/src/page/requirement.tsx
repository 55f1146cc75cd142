/* One demand: what it says, how it is met, what was tried with what result, and how that turned. */
import type { Check, Control, Register, RequirementStory, Verdict, Why } from '../api/proof';
import { CHECK_STATES, readPackage, readRequirement, REGISTER_STATES } from '../api/proof';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { CheckFacts, RunButton, Steps, Waits } from '../part/check';
import { FileButton } from '../part/file-button';
import { PrintHead } from '../part/print-head';
import { RemoteView } from '../part/remote';
import { CheckMark, RegisterMark, StatusMark } from '../part/standing';
import { Title } from '../part/title';
import { useProofWords } from '../word/proof';
import '../style/proof.css';

function Demand({ of: story }: { readonly of: RequirementStory }) {
  const { say, told } = useProofWords();
  const words = say.requirement;
  return (
    <section class="part-section" aria-labelledby="demanded">
      <h2 class="section-title" id="demanded">
        {words.demanded}
      </h2>
      <div class="demand">
        <p class="demand-text">{told(story)}</p>
        <dl class="facts">
          <div>
            <dt>{words.place}</dt>
            <dd>
              {say.annex(story.catalogue)}　{story.ref}
            </dd>
          </div>
          <div>
            <dt>{words.group}</dt>
            <dd>{told(story.group)}</dd>
          </div>
          <div>
            <dt>{words.duty}</dt>
            <dd>{say.duties[story.duty]}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Reason({ of: why }: { readonly of: Why }) {
  const { say, told } = useProofWords();
  const { operations } = useSession();
  const checkState = why.kind === 'check' ? CHECK_STATES.find((state) => state === why.state) : undefined;
  const registerState = why.kind === 'register' ? REGISTER_STATES.find((state) => state === why.state) : undefined;
  const name = why.kind === 'check' ? say.checkTitle(why.id) : null;
  return (
    <li class="reason">
      {checkState && <CheckMark state={checkState} />}
      {registerState && <RegisterMark state={registerState} />}
      <span class="reason-words">
        {name &&
          (operations.has('check.see') ? (
            <a class="row-link" href={hrefOf({ page: 'check', check: why.id })}>
              {name}
            </a>
          ) : (
            <b>{name}</b>
          ))}
        <span>{told(why)}</span>
      </span>
    </li>
  );
}

function Standing({ of: story }: { readonly of: RequirementStory }) {
  const { say, language } = useProofWords();
  const words = say.requirement;
  return (
    <section class="part-section" aria-labelledby="state">
      <h2 class="section-title" id="state">
        {words.state}
      </h2>
      <div class={`verdict verdict-${story.status}`}>
        <p class="verdict-line">
          <StatusMark status={story.status} />
          {story.since && <span class="soft">{words.sinceAt(writeInstant(story.since, language))}</span>}
        </p>
        <p>{story.status === 'proven' ? words.allPassed : say.meanings[story.status]}</p>
        {story.why.length > 0 && (
          <>
            <h3 class="small-title">{words.why}</h3>
            <ul class="reasons">
              {story.why.map((why) => (
                <Reason key={`${why.kind} ${why.id}`} of={why} />
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}

function CheckPart({ check, ran }: { readonly check: Check; readonly ran: () => void }) {
  const { say } = useProofWords();
  const { operations } = useSession();
  const title = say.checkTitle(check.id);
  return (
    <li class="proof-check" data-check={check.id}>
      <div class="proof-check-head">
        <h4 class="proof-check-title">
          {operations.has('check.see') ? (
            <a class="row-link" href={hrefOf({ page: 'check', check: check.id })}>
              {title}
            </a>
          ) : (
            title
          )}
        </h4>
        <CheckMark state={check.state} />
      </div>
      <Waits check={check} />
      {check.state !== 'open' && (
        <>
          <CheckFacts check={check} />
          {check.steps.length > 0 ? (
            <Steps of={check.steps} caption={`${title}　${say.check.tried}`} />
          ) : (
            <p class="soft">{say.check.noSteps}</p>
          )}
        </>
      )}
      <RunButton check={check} ran={ran} />
    </li>
  );
}

function RegisterPart({ register }: { readonly register: Register }) {
  const { say, told, language } = useProofWords();
  const words = say.register;
  return (
    <li class="proof-check" data-register={register.name}>
      <div class="proof-check-head">
        <h4 class="proof-check-title">{told(register.title)}</h4>
        <RegisterMark state={register.state} />
      </div>
      {register.state === 'open' ? (
        <p class="waits">
          <span class="waits-label">{say.check.waits}</span>
          <span>{register.waits_for ? told(register.waits_for) : words.waitsUnknown}</span>
        </p>
      ) : (
        <dl class="facts check-facts">
          <div>
            <dt>{words.records}</dt>
            <dd>{words.recordsOf(register.records)}</dd>
          </div>
          {register.oldest_at && (
            <div>
              <dt>{words.oldest}</dt>
              <dd>{writeInstant(register.oldest_at, language)}</dd>
            </div>
          )}
          {register.valid_s !== null && (
            <div>
              <dt>{words.valid}</dt>
              <dd>{words.validOf(register.valid_s)}</dd>
            </div>
          )}
        </dl>
      )}
    </li>
  );
}

function ControlPart({ control, ran }: { readonly control: Control; readonly ran: () => void }) {
  const { say, told } = useProofWords();
  const words = say.requirement;
  return (
    <li class="control" data-control={control.id}>
      <div class="control-head">
        <h3 class="control-title">
          <span class="control-id">{control.id}</span> {told(control.title)}
        </h3>
        <StatusMark status={control.status} />
      </div>
      <p class="control-kind soft">{say.kinds[control.kind]}</p>
      <p>{told(control.statement)}</p>
      {control.checks.length > 0 ? (
        <ul class="proof-checks" aria-label={words.checks}>
          {control.checks.map((check) => (
            <CheckPart key={check.id} check={check} ran={ran} />
          ))}
        </ul>
      ) : (
        <p class="soft">{words.noCheck}</p>
      )}
      {control.registers.length > 0 && (
        <ul class="proof-checks" aria-label={words.registers}>
          {control.registers.map((register) => (
            <RegisterPart key={register.name} register={register} />
          ))}
        </ul>
      )}
    </li>
  );
}

function History({ of: verdicts }: { readonly of: readonly Verdict[] }) {
  const { say, told, language } = useProofWords();
  const words = say.requirement;
  return (
    <section class="part-section" aria-labelledby="history">
      <h2 class="section-title" id="history">
        {words.history}
      </h2>
      {verdicts.length === 0 ? (
        <p class="soft">{words.noHistory}</p>
      ) : (
        <table class="table turns">
          <caption class="unseen">{words.history}</caption>
          <thead>
            <tr>
              <th scope="col">{words.when}</th>
              <th scope="col">{words.state}</th>
              <th scope="col">{words.why}</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map((verdict) => (
              <tr key={verdict.at}>
                <td data-label={words.when} class="nowrap">
                  {writeInstant(verdict.at, language)}
                </td>
                <td data-label={words.state}>
                  <StatusMark status={verdict.status} />
                </td>
                <td data-label={words.why}>
                  <span>
                    {verdict.why?.check && <b class="cause">{say.checkTitle(verdict.why.check)}</b>}
                    {verdict.why ? told(verdict.why) : '—'}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Shown({ of: story, again }: { readonly of: RequirementStory; readonly again: () => void }) {
  const { say } = useProofWords();
  const { operations } = useSession();
  const words = say.requirement;
  return (
    <>
      <Demand of={story} />
      <Standing of={story} />
      <section class="part-section" aria-labelledby="how">
        <h2 class="section-title" id="how">
          {words.how}
        </h2>
        <p class="soft">{words.controlsHint(story.controls.length)}</p>
        <ul class="controls">
          {story.controls.map((control) => (
            <ControlPart key={control.id} control={control} ran={again} />
          ))}
        </ul>
      </section>
      <History of={story.history} />
      {story.shown && (
        <details class="explain">
          <summary>{words.shown}</summary>
          <p lang="en">{story.shown}</p>
        </details>
      )}
      <div class="acts on-screen">
        {operations.has('requirement.package') && (
          <FileButton call={() => readPackage(story.id)}>{words.package}</FileButton>
        )}
        <Button onClick={() => print()}>{say.print}</Button>
      </div>
      {operations.has('requirement.package') && <p class="hint acts-hint on-screen">{words.packageHint}</p>}
    </>
  );
}

export function RequirementPage({ requirement }: { readonly requirement: string }) {
  const { say } = useProofWords();
  const [story, again] = useRemote(readRequirement(requirement));
  const annex = story.state === 'ready' ? story.value.catalogue : null;
  return (
    <>
      <PrintHead />
      <Back to={{ page: 'proof', annex }} label={say.title} />
      <Title text={say.requirement.title(requirement)} />
      <RemoteView of={story} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
