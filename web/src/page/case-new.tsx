/* A new case, in the fields of its kind. */
import type { CaseKind } from '../api/cases';
import { openCase, readCaseKinds } from '../api/cases';
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

function CaseForm({ kind }: { readonly kind: CaseKind }) {
  const { say, told, language } = useGovernWords();
  const { client } = useSession();
  const words = say.caseNew;
  const titled = kind.fields.some(({ name }) => name === 'title' || name === 'subject');
  return (
    <>
      <Title text={words.title(told(kind.title))} />
      <div class="form-after">
        <Form
          fields={[
            ...(titled ? [] : [{ name: 'title', label: words.subject, required: true, maxLength: 100 }]),
            ...drawn(kind.fields, {}, language, say),
          ]}
          submit={words.submit}
          act={async (values, key) => {
            const title = values['title'] ? { title: values['title'] } : {};
            const { id } = await client(openCase(kind.id, { fields: answersOf(kind.fields, values), ...title }, key));
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
