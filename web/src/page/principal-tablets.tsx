/* The tablets that stay at the facility. */
import { useState } from 'preact/hooks';
import { endTablet, readTablets, registerTablet } from '../api/office';
import type { Tablet, TabletCode } from '../api/office';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Back } from '../part/back';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

function Row({ tablet, facility, changed }: { readonly tablet: Tablet; readonly facility: string; readonly changed: () => void }) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.tablets;
  return (
    <li class="row row-wraps">
      <span class="row-words">
        <span class="row-label">
          <Native>{tablet.name}</Native>
        </span>
        <span class="row-state">{say.states[tablet.state]}</span>
        {tablet.registered_at && (
          <span class="row-state">
            {say.registered(writeInstant(tablet.registered_at, language), tablet.registered_by_name ?? '')}
          </span>
        )}
        {tablet.seen && <span class="row-state">{words.sessions.seen(writeInstant(tablet.seen, language))}</span>}
      </span>
      {tablet.state !== 'ended' && operations.has('device.end') && (
        <Act
          label={say.end}
          about={tablet.name}
          title={say.endTitle(tablet.name)}
          lead={say.endHint}
          submit={say.end}
          fields={[]}
          act={async () => {
            await client(endTablet(facility, tablet.id));
            changed();
          }}
        />
      )}
    </li>
  );
}

function Tablets({ facility }: { readonly facility: string }) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.tablets;
  const [tablets, again] = useRemote(readTablets(facility));
  const [made, setMade] = useState<TabletCode | null>(null);
  return (
    <>
      {operations.has('device.register') && (
        <div class="acts">
          <Act
            look="filled"
            label={say.register}
            title={say.register}
            lead={say.registerHint}
            submit={say.makeCode}
            fields={[{ name: 'name', label: say.name, hint: say.nameHint, required: true, maxLength: 60 }]}
            act={async ({ name = '' }) => {
              setMade(await client(registerTablet(facility, name)));
              again();
            }}
          />
        </div>
      )}
      {made && (
        <Notice tone="success" title={say.made(made.name)}>
          <p class="secret">
            <code>{made.code}</code>
          </p>
          {made.expires_at && <p>{say.until(writeInstant(made.expires_at, language))}</p>}
          <ol class="how">
            {say.how(`${location.origin}/#/tablet`).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Notice>
      )}
      <RemoteView of={tablets} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{say.empty}</p>
          ) : (
            <ul class="rows">
              {items.map((tablet) => (
                <Row key={tablet.id} tablet={tablet} facility={facility} changed={again} />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}

export function TabletsPage() {
  const { words } = useWords();
  const { me } = useSession();
  return (
    <>
      <Back to={{ page: 'manage' }} label={words.manage.title} />
      <Title text={words.tablets.title} />
      <p class="lead">{words.tablets.lead}</p>
      {me.facility ? <Tablets facility={me.facility.id} /> : <p class="empty">{words.board.noFacility}</p>}
    </>
  );
}
