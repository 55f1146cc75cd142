/*
 * Every check of the catalogue that has no row yet, and what it waits for. Whoever adds the row of a check deletes its line here:
 * at start each check must be in exactly one of the two.
 */
#include <stdio.h>
#include <string.h>

#include "assure/checks.h"
#include "base/log.h"

#include "assure/waits.h"

/* What is still to come. */
enum subject {
	IN_REGISTER,
	WAITS_CERT,
	WAITS_OFFICE,
	WAITS_API,
	WAITS_NOTICES,
	WAITS_WATCH,
	WAITS_WAF,
	WAITS_UPLOAD,
	WAITS_MAINT,
	WAITS_NETWORK,
	WAITS_STANDBY,
	WAITS_FLOW,
	WAITS_BASELINE,
	WAITS_PATCH,
	WAITS_RELEASE,
	WAITS_NOTIFY,
	WAITS_WATCHER,
	WAITS_BACKUP,
	WAITS_RESTORE,
	WAITS_CAPACITY,
	WAITS_INCIDENT,
	WAITS_REPORT,
	WAITS_PLAN,
	WAITS_EXIT,
	WAITS_ERASE,
	WAITS_HANDOVER,
	WAITS_UTILITY,
	WAITS_LINK,
	WAITS_ROTATE,
	WAITS_STATEMENT,
	WAITS_PURPOSE,
	WAITS_INTEGRATION,
	WAITS_SITE,
	WAITS_COPY,
	WAITS_PLANT,
	WAITS_FACILITY,
	WAITS_MANUALS,
	WAITS_BROWSER,
	SUBJECT_COUNT
};

static const struct catalogue_words subjects[SUBJECT_COUNT] = {
	[WAITS_CERT] = {"端末の証明書認証と端末用の入口", "certificates of terminals and a door of their own"},
	[WAITS_OFFICE] = {"庁内ネットワークの登録と、庁外からのサインインの強化", "the register of office networks and the stronger sign-in from outside them"},
	[WAITS_API] = {"外部システム用の認証情報", "credentials for other systems"},
	[WAITS_NOTICES] = {"お知らせとファイルの公開範囲", "notices and files with an audience"},
	[WAITS_WATCH] = {"検知と遮断の仕組み", "detection and blocking"},
	[WAITS_WAF] = {"ウェブ攻撃対策（WAF）", "the web application firewall"},
	[WAITS_UPLOAD] = {"サーバと運用端末の定期的なウイルス検査", "regular scans of servers and terminals for malware"},
	[WAITS_MAINT] = {"事業者の保守アクセスの承認", "approved maintenance access by the provider"},
	[WAITS_NETWORK] = {"団体ごとのネットワーク区画", "a network compartment for each customer"},
	[WAITS_STANDBY] = {"待機系", "a standby"},
	[WAITS_FLOW] = {"通信許可一覧と境界の監視", "the flow allow-list and the watch at the boundary"},
	[WAITS_BASELINE] = {"構成基準との照合", "the comparison with a baseline"},
	[WAITS_PATCH] = {"更新プログラムの適用記録", "the record of patches"},
	[WAITS_RELEASE] = {"リリース管理", "release control"},
	[WAITS_NOTIFY] = {"検知した障害・保守と告知との照合", "the comparison of failures and maintenance with what was announced"},
	[WAITS_WATCHER] = {"外からの稼働監視", "the watch from outside"},
	[WAITS_BACKUP] = {"バックアップ", "backups"},
	[WAITS_RESTORE] = {"復旧訓練", "restore drills"},
	[WAITS_CAPACITY] = {"容量と応答時間の測定", "the measurement of capacity and response times"},
	[WAITS_INCIDENT] = {"インシデントの手続", "the procedure for incidents"},
	[WAITS_REPORT] = {"月次報告の作成", "the monthly report"},
	[WAITS_PLAN] = {"実施計画書の作成", "the service implementation plan"},
	[WAITS_EXIT] = {"データの出力と移行", "export and migration"},
	[WAITS_ERASE] = {"契約終了時の消去", "erasure at the end of the contract"},
	[WAITS_HANDOVER] = {"ログの提供", "the hand-over of logs"},
	[WAITS_UTILITY] = {"保守用コマンドの利用記録", "the record of maintenance commands"},
	[WAITS_LINK] = {"ほかの機械との通信路（データベース、予備、メール）", "links to other machines (database, backup, mail)"},
	[WAITS_ROTATE] = {"鍵の更新", "the rotation of keys"},
	[WAITS_STATEMENT] = {"暗号化と鍵管理の説明書", "the statement on encryption and keys"},
	[WAITS_PURPOSE] = {"利用目的台帳", "the register of purposes"},
	[WAITS_INTEGRATION] = {"外部連携", "integrations"},
	[WAITS_SITE] = {"データの所在と保管先", "the sites where data are held"},
	[WAITS_COPY] = {"複写と持出しの承認", "the approval of copies"},
	[WAITS_PLANT] = {"改変を植え付ける検査団体での試験", "a planted change in the probe compartment"},
	[WAITS_FACILITY] = {"園の利用承認", "the approval of use for a facility"},
	[WAITS_MANUALS] = {"手引と周知の公開", "manuals and notices for users"},
	[WAITS_BROWSER] = {"ブラウザーによる通信先の記録", "the record of hosts that a browser contacts"},
};

static const struct wait {
	const char *check;
	enum subject subject;
	const char *in_register;        /* IN_REGISTER: which */
} waits[] = {
	/* ID-1 */
	/* ID-2 */
	/* ID-3 */
	/* ID-4 */
	/* ID-5 */
	{"unregistered-device-refused", WAITS_CERT, NULL},
	{"device-and-password-both-needed", WAITS_CERT, NULL},
	{"device-register-confirmed-within", WAITS_CERT, NULL},
	/* ID-6 */
	{"outside-office-single-factor-refused", WAITS_OFFICE, NULL},
	{"forged-origin-header-ignored", WAITS_OFFICE, NULL},
	/* ID-7 */
	/* ID-8 */
	{"privileged-grant-expired-inactive", IN_REGISTER, "privileged-grant"},
	/* ID-9 */
	{"special-account-inventory-complete", IN_REGISTER, "special-account"},
	{"special-account-disposal-final", WAITS_API, NULL},
	/* ID-10 */
	/* ID-11 */
	{"session-cookie-copy-found", WAITS_CERT, NULL},
	/* AC-1 */
	/* AC-2 */
	/* AC-3 */
	/* AC-4 */
	{"integration-switch-by-customer-refused", WAITS_INTEGRATION, NULL},
	{"integration-without-request-none", WAITS_INTEGRATION, NULL},
	/* AC-5 */
	{"visibility-widening-unannounced-refused", WAITS_NOTICES, NULL},
	{"visibility-equals-approved-state", WAITS_NOTICES, NULL},
	/* AC-6 */
	{"maintenance-without-ticket-refused", WAITS_MAINT, NULL},
	{"maintenance-other-customer-refused", WAITS_MAINT, NULL},
	{"maintenance-session-ends-on-time", WAITS_MAINT, NULL},
	{"maintenance-visible-to-customer", WAITS_MAINT, NULL},
	/* AC-7 */
	{"neighbour-network-unreachable", WAITS_NETWORK, NULL},
	{"neighbour-load-contained", WAITS_CAPACITY, NULL},
	/* CR-1 */
	{"internal-link-plaintext-refused", WAITS_LINK, NULL},
	/* CR-2 */
	/* CR-3 */
	/* CR-4 */
	{"key-duty-separated", WAITS_ROTATE, NULL},
	/* CR-5 */
	{"encryption-statement-matches-live", WAITS_STATEMENT, NULL},
	{"encryption-statement-readable", WAITS_STATEMENT, NULL},
	/* LG-1 */
	/* LG-2 */
	/* LG-3 */
	/* LG-4 */
	{"log-handover-verifies", WAITS_HANDOVER, NULL},
	{"log-handover-overdue-none", WAITS_HANDOVER, NULL},
	/* LG-5 */
	{"provider-read-recorded", WAITS_MAINT, NULL},
	/* LG-6 */
	/* DT-1 */
	{"out-of-hours-use-alerts", WAITS_WATCH, NULL},
	{"unusual-volume-alerts", WAITS_WATCH, NULL},
	{"credential-shared-use-alerts", WAITS_WATCH, NULL},
	{"dormant-account-flagged", WAITS_WATCH, NULL},
	/* DT-2 */
	{"guessing-source-blocked", WAITS_WATCH, NULL},
	{"scanning-source-blocked", WAITS_WATCH, NULL},
	{"request-rate-limited", WAITS_WATCH, NULL},
	/* DT-3 */
	{"waf-attack-samples-blocked", WAITS_WAF, NULL},
	{"waf-rules-newer-than", WAITS_WAF, NULL},
	/* DT-4 */
	{"boundary-firewall-drops-unlisted", WAITS_FLOW, NULL},
	{"malformed-packet-dropped", WAITS_FLOW, NULL},
	/* DT-5 */
	{"monitoring-heartbeat-alive", WAITS_WATCH, NULL},
	/* DT-6 */
	{"bulk-export-held", WAITS_EXIT, NULL},
	{"outbound-unlisted-refused", WAITS_WATCH, NULL},
	/* DT-7 */
	{"host-scan-within", WAITS_UPLOAD, NULL},
	/* DT-8 */
	{"host-services-equal-baseline", WAITS_BASELINE, NULL},
	{"host-patch-age-within", WAITS_PATCH, NULL},
	/* DT-9 */
	{"closed-network-egress-refused", WAITS_NETWORK, NULL},
	{"closed-network-internet-source-refused", WAITS_NETWORK, NULL},
	{"sim-outside-destination-blocked", WAITS_CERT, NULL},
	/* CH-1 */
	/* CH-2 */
	/* CH-3 */
	{"release-by-unlisted-refused", WAITS_RELEASE, NULL},
	{"release-without-passed-tests-refused", WAITS_RELEASE, NULL},
	{"running-version-has-release-record", WAITS_RELEASE, NULL},
	{"test-environment-equals-production", WAITS_RELEASE, NULL},
	/* CH-4 */
	{"release-rollback-rehearsed", WAITS_RELEASE, NULL},
	/* CH-5 */
	{"utility-by-unlisted-refused", WAITS_UTILITY, NULL},
	{"utility-use-recorded", WAITS_UTILITY, NULL},
	/* CH-6 */
	{"program-digest-equals-release", WAITS_RELEASE, NULL},
	{"planted-change-detected", WAITS_PLANT, NULL},
	/* CH-7 */
	{"baseline-drift-none", WAITS_BASELINE, NULL},
	/* NT-2 */
	{"outage-notice-within", WAITS_NOTIFY, NULL},
	{"maintenance-notice-precedes", WAITS_NOTIFY, NULL},
	{"status-path-independent", WAITS_NOTIFY, NULL},
	/* NT-4 */
	{"domain-list-equals-traffic", WAITS_BROWSER, NULL},
	/* NT-5 */
	{"manual-matches-release", WAITS_MANUALS, NULL},
	{"guidance-readable-by-audience", WAITS_MANUALS, NULL},
	/* SL-1 */
	{"uptime-minute-sampled", WAITS_WATCHER, NULL},
	{"uptime-above-target", WAITS_WATCHER, NULL},
	{"excluded-stop-justified", WAITS_WATCHER, NULL},
	{"uptime-sample-gap-none", WAITS_WATCHER, NULL},
	/* SL-2 */
	{"recovery-clock-warns", IN_REGISTER, "failure"},
	/* SL-4 */
	{"major-failure-classified", IN_REGISTER, "failure"},
	/* SL-5 */
	{"monthly-report-issued", WAITS_REPORT, NULL},
	{"report-figures-recompute", WAITS_REPORT, NULL},
	/* SL-6 */
	{"plan-submitted-by-due-date", WAITS_PLAN, NULL},
	{"plan-follows-registers", WAITS_PLAN, NULL},
	/* SL-7 */
	/* BC-1 */
	{"backup-newer-than", WAITS_BACKUP, NULL},
	{"backup-covers-all-parts", WAITS_BACKUP, NULL},
	{"backup-digest-verifies", WAITS_BACKUP, NULL},
	/* BC-2 */
	{"restore-rehearsal-matches", WAITS_RESTORE, NULL},
	{"restore-procedure-confirmed", IN_REGISTER, "manual"},
	/* BC-3 */
	{"standby-lag-within", WAITS_STANDBY, NULL},
	{"copies-at-two-sites-equal", WAITS_STANDBY, NULL},
	{"failover-takes-over", WAITS_STANDBY, NULL},
	{"second-line-carries", WAITS_STANDBY, NULL},
	/* BC-4 */
	/* BC-5 */
	{"capacity-forecast-below-threshold", WAITS_CAPACITY, NULL},
	{"response-time-within", WAITS_CAPACITY, NULL},
	{"capacity-report-on-demand", WAITS_CAPACITY, NULL},
	{"growth-load-holds", WAITS_CAPACITY, NULL},
	/* IR-1 */
	{"incident-clock-overdue-none", WAITS_INCIDENT, NULL},
	{"on-call-answers", IN_REGISTER, "contact"},
	{"publication-by-provider-refused", WAITS_INCIDENT, NULL},
	{"incident-stop-needs-customer-report", WAITS_INCIDENT, NULL},
	/* IR-2 */
	{"report-path-delivers", WAITS_INCIDENT, NULL},
	{"user-report-waiting-overdue-none", WAITS_INCIDENT, NULL},
	/* IR-3 */
	{"investigation-pack-verifies", WAITS_INCIDENT, NULL},
	{"investigation-pack-in-time", WAITS_INCIDENT, NULL},
	/* IR-4 */
	{"incident-closed-without-lesson-refused", WAITS_INCIDENT, NULL},
	{"prevention-overdue-none", WAITS_INCIDENT, NULL},
	/* IR-5 */
	/* VM-1 */
	{"advisory-feed-newer-than", IN_REGISTER, "vulnerability"},
	/* VM-2 */
	/* VM-3 */
	{"sbom-equals-running", IN_REGISTER, "sbom"},
	{"unlisted-component-refused", WAITS_RELEASE, NULL},
	/* SC-1 */
	{"subcontractor-unregistered-access-none", IN_REGISTER, "subcontractor"},
	/* SC-2 */
	{"release-signature-verifies", WAITS_RELEASE, NULL},
	{"rebuild-equals-release", WAITS_RELEASE, NULL},
	{"supply-record-complete", IN_REGISTER, "supply-item"},
	/* SC-3 */
	/* DA-1 */
	{"grade-handling-applied", WAITS_EXIT, NULL},
	/* DA-2 */
	{"access-without-purpose-refused", WAITS_PURPOSE, NULL},
	{"purpose-register-equals-terms", WAITS_PURPOSE, NULL},
	{"third-party-transfer-none", WAITS_PURPOSE, NULL},
	/* DA-3 */
	{"data-location-domestic", WAITS_SITE, NULL},
	{"foreign-target-refused", WAITS_SITE, NULL},
	/* DA-4 */
	{"export-reimports-equal", WAITS_EXIT, NULL},
	{"export-format-conforms", WAITS_EXIT, NULL},
	/* DA-5 */
	{"erased-tenant-unreadable", WAITS_ERASE, NULL},
	{"erasure-overdue-none", WAITS_ERASE, NULL},
	/* DA-6 */
	{"ended-contract-account-none", WAITS_ERASE, NULL},
	/* DA-7 */
	{"removable-storage-disabled", IN_REGISTER, "media"},
	/* DA-8 */
	{"copy-without-approval-refused", WAITS_COPY, NULL},
	{"production-canary-absent-from-test", WAITS_COPY, NULL},
	/* DA-10 */
	{"disposal-record-complete", IN_REGISTER, "equipment-disposal"},
	/* GV-1 */
	{"jurisdiction-clause-present", IN_REGISTER, "contract"},
	/* GV-2 */
	/* GV-3 */
	/* GV-4 */
	/* GV-5 */
	{"untrained-grant-refused", IN_REGISTER, "training"},
	/* GV-6 */
	/* GV-7 */
	{"remedy-clause-present", IN_REGISTER, "contract"},
	/* GV-8 */
	/* GV-9 */
	{"unapproved-unit-start-refused", WAITS_FACILITY, NULL},
	{"approval-of-use-valid", WAITS_FACILITY, NULL},
	/* GV-10 */
	/* GV-11 */
	/* GV-12 */
	{"end-without-plan-refused", IN_REGISTER, "exit-plan"},
	{"exit-rehearsal-passes", WAITS_ERASE, NULL},
	/* GV-13 */
	/* GV-14 */
	{"planted-failure-shown", WAITS_PLANT, NULL},
	/* GV-15 */
	/* GV-16 */
};

#define WAIT_COUNT (sizeof(waits) / sizeof(waits[0]))

static const struct catalogue_register *register_named(const char *name)
{
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; i < all->register_count; i++)
		if (strcmp(all->registers[i].name, name) == 0)
			return &all->registers[i];
	return NULL;
}

void waits_for_register(const struct catalogue_register *of, struct waits_words *words_out)
{
	(void)snprintf(words_out->ja, sizeof(words_out->ja), "登録簿「%s」の仕組み", of->title.ja);
	(void)snprintf(words_out->en, sizeof(words_out->en), "the register \"%s\"", of->title.en);
}

/* The register is there; what looks through its records is not yet. */
static void waits_for_records(const struct catalogue_register *of, struct waits_words *words_out)
{
	(void)snprintf(words_out->ja, sizeof(words_out->ja), "台帳「%s」の登録を確かめる検査", of->title.ja);
	(void)snprintf(words_out->en, sizeof(words_out->en), "the check of what stands in the register \"%s\"", of->title.en);
}

bool waits_for(const char *check, struct waits_words *words_out)
{
	for (size_t i = 0; i < WAIT_COUNT; i++) {
		if (strcmp(waits[i].check, check) != 0)
			continue;
		if (waits[i].subject == IN_REGISTER) {
			waits_for_records(register_named(waits[i].in_register), words_out);
		} else {
			(void)snprintf(words_out->ja, sizeof(words_out->ja), "%s", subjects[waits[i].subject].ja);
			(void)snprintf(words_out->en, sizeof(words_out->en), "%s", subjects[waits[i].subject].en);
		}
		return true;
	}
	return false;
}

static err fits(const struct catalogue_check *check)
{
	size_t lines = 0;
	bool row = checks_find(check->id) != NULL;

	for (size_t i = 0; i < WAIT_COUNT; i++)
		if (strcmp(waits[i].check, check->id) == 0)
			lines++;
	if (lines + row == 1)
		return OK;
	log_error("check %s has %s row and %zu lines in assure/waits.c; one of the two is wanted", check->id, row ? "a" : "no", lines);
	return FAIL(INVALID);
}

err waits_check(void)
{
	const struct catalogue *all = catalogue_get();
	err e = OK;

	for (size_t i = 0; i < all->check_count; i++)
		if (!err_is_ok(fits(&all->checks[i])))
			e = FAIL(INVALID);
	for (size_t i = 0; i < checks_count(); i++)
		if (catalogue_check_find(checks_at(i)->id) == NULL) {
			log_error("check %s has a row and does not stand in controls.yaml", checks_at(i)->id);
			e = FAIL(INVALID);
		}
	for (size_t i = 0; i < WAIT_COUNT; i++)
		if (catalogue_check_find(waits[i].check) == NULL ||
		    (waits[i].subject == IN_REGISTER && register_named(waits[i].in_register) == NULL)) {
			log_error("assure/waits.c: %s is not in controls.yaml, or its register is not", waits[i].check);
			e = FAIL(INVALID);
		}
	return e;
}
