# Everything a person types. The work is done by meson, npm and tools/.
.NOTPARALLEL:
.PHONY: run build web test bench fault fuzz clean

BUILD := build
PORT  := 8443
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

run: build web
	$(BUILD)/sekimori demo --dir var/demo --port $(PORT) --accounts var/demo-accounts.json

build:
	tools/setup run
	test -f $(BUILD)/build.ninja || meson setup $(BUILD)
	ninja -C $(BUILD) sekimori

web: web/dist/index.html

web/dist/index.html: $(WEB_SOURCES)
	tools/setup run
	cd web && npm run build
	@touch $@

test:
	tools/run-tests

bench: build web
	tools/setup bench
	bench/run $(BUILD)/sekimori

fault:
	tools/run-tests --long fault

fuzz:
	tools/run-tests --long fuzz

clean:
	rm -rf $(BUILD) build-test build-clang build-fuzz web/dist
