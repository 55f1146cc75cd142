/* What may be done with a thing, each with what it asks for; then what came of it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Call } from '../api/client';
import type { Filed } from '../api/people';
import { deskMoved } from '../base/desk-count';
import { useSession } from '../base/session';
import { useGovernWords } from '../word/govern';
import { Act } from './act';
import type { FieldOf, Values } from './form';
import { Notice } from './notice';

export interface DeedOf {
  readonly name: string;
  readonly label: string;
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly fields?: readonly FieldOf[];
  readonly first?: boolean; /* what is mostly wanted here */
  readonly done: string;
  readonly call: (values: Values, key: string) => Call<Filed | null>;
}

interface Props {
  readonly when?: boolean; /* false: nothing may be done any more; what came of it stays said */
  readonly of: readonly DeedOf[];
  readonly about?: string;
  readonly changed: () => void;
}

export function Deeds({ when = true, of, about, changed }: Props) {
  const deeds = when ? of : [];
  const { say } = useGovernWords();
  const { client } = useSession();
  const [told, setTold] = useState<string | null>(null);
  return (
    <>
      {told && <Notice tone="success" title={told} />}
      {deeds.length > 0 && (
        <div class="acts">
          {deeds.map((deed) => (
            <Act
              key={deed.name}
              look={deed.first ? 'filled' : 'outlined'}
              label={deed.label}
              title={deed.title}
              lead={deed.lead}
              fields={deed.fields ?? []}
              submit={deed.label}
              act={async (values, key) => {
                const result = await client(deed.call(values, key));
                setTold(result?.change ? say.deeds.filed : deed.done);
                deskMoved();
                changed();
              }}
              {...(about ? { about } : {})}
            />
          ))}
        </div>
      )}
    </>
  );
}
