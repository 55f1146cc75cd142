/* A new case, in the fields of its kind. */
import type { CaseKind } from '../api/cases';
import { openCase, readCaseKinds } from '../api/cases';
import type { Described } from '../api/described';
import { answersOf } from '../base/described';
import { deskMoved } from '../base/desk-count';
import { useRemote } from '../base/remote';
import { goTo, hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { drawn } from '../part/described';
import { Form } from '../part/form';
import { Icon } from '../part/icon';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

/* What a later move asks for is not asked for yet. */
const atOpening = ({ fields, moves }: CaseKind): readonly Described[] =>
  fields.filter(({ name, required }) => required || moves.every(({ needs }) => !needs.includes(name)));

function CaseForm({ kind }: { readonly kind: CaseKind }) {
  const { say, told, language } = useGovernWords();
  const { client } = useSession();
  const words = say.caseNew;
  const fields = atOpening(kind);
  return (
    <>
      <Title text={words.title(told(kind.title))} />
      <div class="form-after">
        <Form
          fields={drawn(fields, {}, language, say)}
          submit={words.submit}
          act={async (values, key) => {
            const { id } = await client(openCase(kind.id, { fields: answersOf(fields, values) }, key));
            deskMoved();
            goTo({ page: 'case', case: id });
          }}
        >
          <p class="soft">{words.hint}</p>
        </Form>
      </div>
    </>
  );
}

export function NewCasePage({ kind: wanted }: { readonly kind: string | null }) {
  const { say, told } = useGovernWords();
  const [kinds, again] = useRemote(readCaseKinds());
  return (
    <>
      <Back to={{ page: 'cases' }} label={say.cases.back} />
      <RemoteView of={kinds} again={again}>
        {({ items }) => {
          const fileable = items.filter(({ may }) => may.file);
          const kind = fileable.find(({ id, code }) => id === wanted || code === wanted);
          if (kind) return <CaseForm key={kind.id} kind={kind} />;
          return (
            <>
              <Title text={say.caseNew.which} />
              {fileable.length === 0 && <p class="empty">{say.caseNew.none}</p>}
              <ul class="rows">
                {fileable.map((one) => (
                  <li key={one.code}>
                    <a class="row" href={hrefOf({ page: 'newCase', kind: one.id })}>
                      <span class="row-words">
                        <span class="row-label">{told(one.title)}</span>
                      </span>
                      <Icon name="right" />
                    </a>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
