/* One's own account: each row tells how things are and leads to where they are changed. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Me } from '../api/model';
import type { Factors } from '../api/own';
import { makeLinkCode, readFactors, switchMembership } from '../api/own';
import type { LinkCode } from '../api/own';
import { writeDay, dayOf, writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import type { Route } from '../base/route';
import { goTo, hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Language } from '../word/language';
import { LANGUAGE_NAMES, LANGUAGES } from '../word/language';
import { useWords } from '../word/word';

interface RowProps {
  readonly to: Route;
  readonly label: string;
  readonly children?: ComponentChildren;
}

function Row({ to, label, children }: RowProps) {
  return (
    <li>
      <a class="row" href={hrefOf(to)}>
        <span class="row-words">
          <span class="row-label">{label}</span>
          {children && <span class="row-state">{children}</span>}
        </span>
        <Icon name="right" />
      </a>
    </li>
  );
}

const dayWritten = (time: string, language: Language): string => writeDay(dayOf(new Date(time)), language);

function FactorRows({ factors }: { readonly factors: Factors }) {
  const { words, language } = useWords();
  const { me, operations } = useSession();
  const say = words.account;
  const active = factors.totp?.active === true;
  return (
    <ul class="rows">
      {operations.has('me.password') && (
        <Row to={{ page: 'password' }} label={say.password}>
          {factors.password_changed_at && say.changedAt(dayWritten(factors.password_changed_at, language))}
        </Row>
      )}
      <Row to={{ page: 'factor' }} label={say.factor}>
        {active ? say.factorOn(factors.recovery_codes_left ?? 0) : say.factorOff}
      </Row>
      {me.role === 'staff' && operations.has('me.pin') && (
        <Row to={{ page: 'pin' }} label={say.pin}>
          {factors.pin ? say.pinOn : say.pinOff}
        </Row>
      )}
    </ul>
  );
}

function Memberships({ me }: { readonly me: Me }) {
  const { words } = useWords();
  const { client, renew } = useSession();
  const say = words.account;
  const { busy, problem, send } = useSending();
  const all = me.memberships ?? [];
  if (all.length < 2) return null;
  const change = (id: string) =>
    send(async () => {
      await client(switchMembership(id));
      goTo({ page: 'home' });
      await renew();
    });
  return (
    <section class="part-section">
      <h2 class="section-title">{say.memberships}</h2>
      <p class="soft">{say.membershipsHint}</p>
      {problem && <SendProblem problem={problem} />}
      <ul class="rows">
        {all.map((membership) => (
          <li class="row" key={membership.id}>
            <span class="row-words">
              <span class="row-label">{words.roles[membership.role]}</span>
              {membership.facility && (
                <span class="row-state">
                  <Native>{membership.facility.name}</Native>
                </span>
              )}
            </span>
            {membership.current ? (
              <span class="row-mark">{say.current}</span>
            ) : (
              <Button busy={busy} onClick={() => change(membership.id)}>
                {say.change}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function LinkCodeMaker() {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.account;
  const [made, setMade] = useState<LinkCode | null>(null);
  const { busy, problem, send } = useSending();
  return (
    <section class="part-section">
      <h2 class="section-title">{say.linkCode}</h2>
      <p class="soft">{say.linkCodeHint}</p>
      {problem && <SendProblem problem={problem} />}
      {made && (
        <Notice tone="success" title={say.linkCodeMade}>
          <p class="secret">
            <code>{made.code}</code>
          </p>
          {made.expires_at && <p>{say.linkCodeUntil(writeInstant(made.expires_at, language))}</p>}
        </Notice>
      )}
      <p>
        <Button busy={busy} onClick={() => send(async () => setMade(await client(makeLinkCode())))}>
          {say.linkCodeMake}
        </Button>
      </p>
    </section>
  );
}

export function AccountPage() {
  const { words, language, speak } = useWords();
  const { me, operations } = useSession();
  const say = words.account;
  return (
    <>
      <Title text={say.title} />
      <dl class="facts panel">
        {me.name && (
          <div>
            <dt>{say.name}</dt>
            <dd>
              <Native>{me.name}</Native>
            </dd>
          </div>
        )}
        {me.login && (
          <div>
            <dt>{words.signIn.login}</dt>
            <dd>
              <code>{me.login}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>{say.role}</dt>
          <dd>{words.roles[me.role]}</dd>
        </div>
        <div>
          <dt>{say.place}</dt>
          <dd>
            <Native>{me.facility?.name ?? me.customer.name}</Native>
          </dd>
        </div>
      </dl>
      {operations.has('me.factors') && <OwnFactors />}
      <ul class="rows">
        {operations.has('notice.list') && (
          <Row to={{ page: 'notices' }} label={say.notices}>
            {say.noticesNew(me.notices ?? 0)}
          </Row>
        )}
        {operations.has('session.list') && (
          <Row to={{ page: 'sessions' }} label={say.sessions}>
            {say.sessionsHint}
          </Row>
        )}
        {operations.has('me.history') && (
          <Row to={{ page: 'ownHistory' }} label={say.history}>
            {say.historyHint}
          </Row>
        )}
      </ul>
      <Memberships me={me} />
      {operations.has('me.link-code') && <LinkCodeMaker />}
      <section class="part-section">
        <h2 class="section-title">{words.language}</h2>
        <div class="pick">
          {LANGUAGES.map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              lang={one}
              aria-pressed={one === language}
              onClick={() => speak(one)}
            >
              {LANGUAGE_NAMES[one]}
            </button>
          ))}
        </div>
      </section>
    </>
  );
}

function OwnFactors() {
  const [factors, again] = useRemote(readFactors());
  return (
    <RemoteView of={factors} again={again}>
      {(value) => <FactorRows factors={value} />}
    </RemoteView>
  );
}
