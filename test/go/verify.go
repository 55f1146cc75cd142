// Verify a folder of a ledger with the Go project's own packages for logs: nothing of Sekimori is used.
//
//	go run verify.go FOLDER KEY
//
// Opens the signed head with KEY, hashes every entry, and compares the root and every stored hash of level 0.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Printf("NOT GENUINE: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// 1234067 → x001/x234/067
func number(n int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	return text
}

func tile(folder, kind string, n, width int64) []byte {
	name := filepath.Join(folder, "tile", kind, number(n))
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	data, err := os.ReadFile(name)
	check(err, "tile")
	return data
}

// The hashes in memory, in the order in which tlog numbers them.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		list[i] = h[index]
	}
	return list, nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Println("usage: verify FOLDER KEY")
		os.Exit(2)
	}
	folder := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	check(err, "key")
	head, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	opened, err := note.Open(head, note.VerifierList(verifier))
	check(err, "signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		check(fmt.Errorf("%q", lines), "head")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "root")

	var stored hashes
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		entries, leaves := tile(folder, "entries", n, width), tile(folder, "0", n, width)
		for i := int64(0); i < width; i++ {
			index := n*256 + i
			if len(entries) < 2 || len(entries) < 2+int(binary.BigEndian.Uint16(entries)) || len(leaves) != int(width)*32 {
				check(fmt.Errorf("cut off"), fmt.Sprintf("entry %d", index))
			}
			length := 2 + int(binary.BigEndian.Uint16(entries))
			leaf := tlog.RecordHash(entries[2:length])
			if !bytes.Equal(leaf[:], leaves[i*32:i*32+32]) {
				check(fmt.Errorf("it does not have the hash in tile/0"), fmt.Sprintf("entry %d", index))
			}
			more, err := tlog.StoredHashesForRecordHash(index, leaf, stored)
			check(err, "hashes")
			stored = append(stored, more...)
			entries = entries[length:]
		}
		if len(entries) != 0 {
			check(fmt.Errorf("something is left over"), fmt.Sprintf("bundle %d", n))
		}
	}
	found, err := tlog.TreeHash(size, stored)
	check(err, "root")
	if !bytes.Equal(found[:], root) {
		check(fmt.Errorf("the entries make up another root"), "root")
	}
	fmt.Printf("genuine: %s, %d entries, signed by its key\n", verifier.Name(), size)
}
