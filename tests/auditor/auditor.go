// auditor: an independent verifier of an operator's log (C2SP tlog-tiles, signed-note, tlog-cosignature, tlog-proof).
// It shares no code with verifyd: hashing, proofs and tiles are golang.org/x/mod/sumdb/tlog's, signatures
// sumdb/note's, both as Debian packages them (golang-golang-x-mod-dev).
//
//	auditor [-older FILE] [-proof FILE] [-every N] [-save FILE] BASE-URL VKEY
//
// It downloads the checkpoint, every tile and every entry bundle, and checks: the log's signature and timestamped
// cosignature; that the tiles give the root, and each other; that every entry has its leaf hash, a known kind, and a
// time not before the entry ahead of it; an inclusion proof of every N-th entry; consistency from an older checkpoint;
// and an offline proof file with the entry in its extra line. One line says what it proved; exit 1 on any fault. A
// checkpoint under which everything is right can be saved, to be the older one of the next run.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight     = 8
	tileWidth      = 1 << tileHeight
	entryMax       = 9 + 24 + 32*15
	bundleMax      = tileWidth * (2 + entryMax)
	checkpointMax  = 8192
	proofMax       = checkpointMax + 64*45 + 2048
	answerTimeout  = 30 * time.Second
	typeSignature  = 0x01
	typeCosigned   = 0x04
	proofFirstLine = "c2sp.org/tlog-proof@v1"
)

// A log as one checkpoint describes it.
type signedTree struct {
	tlog.Tree
	cosignedAt time.Time
}

// The key of a log: the verifier that sumdb/note makes of it, and its bytes for the cosignature, which that package
// does not know.
type logKey struct {
	note.Verifier
	public ed25519.PublicKey
}

func parseKey(vkey string) (logKey, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return logKey{}, err
	}
	parts := strings.SplitN(vkey, "+", 3) // name, key id, base64, which may have a "+" itself
	typed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(typed) != 1+ed25519.PublicKeySize || typed[0] != typeSignature {
		return logKey{}, errors.New("the verifier key is not an Ed25519 one")
	}
	return logKey{verifier, typed[1:]}, nil
}

func (key logKey) cosignatureHash() uint32 {
	hash := sha256.Sum256(append([]byte(key.Name()+"\n\x04"), key.public...))
	return binary.BigEndian.Uint32(hash[:4])
}

// The one encoding of some bytes: sumdb/note and tlog let other spellings of the last character pass.
var canonical = base64.StdEncoding.Strict()

// checkCosignature finds the log's own cosignature among those that sumdb/note has left alone.
func (key logKey) checkCosignature(opened *note.Note) (time.Time, error) {
	for _, signature := range append(opened.Sigs, opened.UnverifiedSigs...) {
		blob, err := canonical.DecodeString(signature.Base64)
		if err == nil && (signature.Name != key.Name() || signature.Hash != key.cosignatureHash()) {
			continue
		}
		if err != nil || len(blob) != 4+8+ed25519.SignatureSize {
			return time.Time{}, errors.New("the cosignature has a wrong form")
		}
		seconds := binary.BigEndian.Uint64(blob[4:])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, opened.Text)
		if !ed25519.Verify(key.public, []byte(message), blob[12:]) {
			return time.Time{}, errors.New("the cosignature is wrong")
		}
		return time.Unix(int64(seconds), 0).UTC(), nil
	}
	return time.Time{}, errors.New("the log has not cosigned it")
}

func openCheckpoint(text []byte, key logKey) (signedTree, error) {
	opened, err := note.Open(text, note.VerifierList(key))
	if err != nil {
		return signedTree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return signedTree{}, errors.New("it is not of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return signedTree{}, errors.New("its size is no number")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return signedTree{}, err
	}
	if size == 0 && root != sha256.Sum256(nil) {
		return signedTree{}, errors.New("its size is 0 but its root is not the empty tree's")
	}
	cosignedAt, err := key.checkCosignature(opened)
	return signedTree{tlog.Tree{N: size, Hash: root}, cosignedAt}, err
}

// A remote is where a log's resources are.
type remote struct {
	base   string
	client http.Client
}

func (r *remote) get(path string, most int64) ([]byte, error) {
	response, err := r.client.Get(r.base + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%s: longer than %d bytes", path, most)
	}
	return body, nil
}

// tilePath is tlog's own spelling without the tile height, which C2SP leaves out, and with "entries" for its "data".
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tile.H))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// tileStore is a tlog.TileReader over a remote; each tile is downloaded once.
type tileStore struct {
	from  *remote
	tiles map[tlog.Tile][]byte
}

func (s *tileStore) Height() int { return tileHeight }

func (s *tileStore) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, known := s.tiles[tile]
		if !known {
			var err error
			if bytes, err = s.from.get(tilePath(tile), tileWidth*tlog.HashSize); err != nil {
				return nil, err
			}
			s.tiles[tile] = bytes
		}
		data[i] = bytes
	}
	return data, nil
}

func (s *tileStore) SaveTiles([]tlog.Tile, [][]byte) {}

// A log that is being audited.
type audit struct {
	text   []byte // the checkpoint
	tree   signedTree
	from   *remote
	store  *tileStore
	hashes tlog.HashReader
}

// tilesOf lists the tiles of a level: the full ones, then the partial one if there is one.
func (a *audit) tilesOf(level int) []tlog.Tile {
	var tiles []tlog.Tile
	count := a.tree.N
	for l := 0; l < level; l++ {
		count >>= tileHeight
	}
	for n := int64(0); n*tileWidth < count; n++ {
		width := count - n*tileWidth
		if width > tileWidth {
			width = tileWidth
		}
		tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: int(width)})
	}
	return tiles
}

// leafHashes gives the hashes of a tile, each of them proven to be in the tree.
func (a *audit) leafHashes(tile tlog.Tile) ([]tlog.Hash, error) {
	indexes := make([]int64, tile.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(tile.L*tileHeight, tile.N*tileWidth+int64(i))
	}
	hashes, err := a.hashes.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tilePath(tile), err)
	}
	return hashes, nil
}

func (a *audit) checkTiles() (int, error) {
	total := 0
	for level := 0; ; level++ {
		tiles := a.tilesOf(level)
		if len(tiles) == 0 {
			break
		}
		for _, tile := range tiles {
			if _, err := a.leafHashes(tile); err != nil {
				return 0, err
			}
		}
		total += len(tiles)
	}
	root, err := tlog.TreeHash(a.tree.N, a.hashes)
	if err == nil && a.tree.N > 0 && root != a.tree.Hash {
		err = errors.New("the tiles do not give the checkpoint's root")
	}
	if total != len(a.store.tiles) && err == nil {
		err = fmt.Errorf("%d tiles were listed, but %d needed", total, len(a.store.tiles))
	}
	return total, err
}

func splitBundle(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return nil, errors.New("it ends inside an entry")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:end])
		bundle = bundle[end:]
	}
	return entries, nil
}

// checkForm checks what FRAG-1 section 4 says of an entry, and gives its time.
func checkForm(entry []byte, notBefore uint64) (uint64, error) {
	if len(entry) < 9 || len(entry) > entryMax || entry[0] < 1 || entry[0] > 3 {
		return 0, errors.New("it is no entry that a log of this kind has")
	}
	seconds := binary.BigEndian.Uint64(entry[1:])
	if seconds < notBefore {
		return 0, errors.New("its time goes back")
	}
	return seconds, nil
}

// checkEntries downloads every bundle and hands each entry on.
func (a *audit) checkEntries(visit func(index int64, entry []byte) error) (int, error) {
	seconds, index := uint64(0), int64(0)
	tiles := a.tilesOf(0)
	for _, tile := range tiles {
		hashes, err := a.leafHashes(tile)
		if err != nil {
			return 0, err
		}
		tile.L = -1
		bundle, err := a.from.get(tilePath(tile), bundleMax)
		if err != nil {
			return 0, err
		}
		entries, err := splitBundle(bundle)
		if err == nil && len(entries) != tile.W {
			err = fmt.Errorf("it has %d entries, not %d", len(entries), tile.W)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", tilePath(tile), err)
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return 0, fmt.Errorf("entry %d does not have its leaf hash", index)
			}
			if seconds, err = checkForm(entry, seconds); err == nil {
				err = visit(index, entry)
			}
			if err != nil {
				return 0, fmt.Errorf("entry %d: %w", index, err)
			}
			index++
		}
	}
	return len(tiles), nil
}

func (a *audit) checkInclusion(index int64, entry []byte) error {
	proof, err := tlog.ProveRecord(a.tree.N, index, a.hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, a.tree.N, a.tree.Hash, index, tlog.RecordHash(entry))
}

// checkBeginning checks that an older tree is the beginning of this one.
func (a *audit) checkBeginning(older signedTree) error {
	if older.N > a.tree.N {
		return fmt.Errorf("the log has shrunk from %d to %d entries", older.N, a.tree.N)
	}
	if older.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(a.tree.N, older.N, a.hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, a.tree.N, a.tree.Hash, older.N, older.Hash)
}

// An offline proof: c2sp.org/tlog-proof@v1, [extra], index, hashes, an empty line, the checkpoint.
type offlineProof struct {
	index  int64
	entry  []byte
	hashes tlog.RecordProof
	tree   signedTree
}

func parseProof(text []byte, key logKey) (offlineProof, error) {
	var proof offlineProof
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != proofFirstLine || !strings.HasPrefix(lines[1], "extra ") ||
		!strings.HasPrefix(lines[2], "index ") {
		return proof, errors.New("it does not have the form of a proof with its entry")
	}
	var err error
	if proof.entry, err = canonical.DecodeString(strings.TrimPrefix(lines[1], "extra ")); err != nil {
		return proof, err
	}
	if proof.index, err = strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64); err != nil {
		return proof, err
	}
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err == nil && hash.String() != line {
			err = errors.New("a hash is not in its one spelling")
		}
		if err != nil {
			return proof, err
		}
		proof.hashes = append(proof.hashes, hash)
	}
	proof.tree, err = openCheckpoint(checkpoint, key)
	return proof, err
}

func (p offlineProof) check() error {
	if p.index < 0 || p.index >= p.tree.N {
		return errors.New("its index is not in its tree")
	}
	return tlog.CheckRecord(p.hashes, p.tree.N, p.tree.Hash, p.index, tlog.RecordHash(p.entry))
}

func readTree(path string, key logKey) (signedTree, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return signedTree{}, err
	}
	return openCheckpoint(text, key)
}

func readProof(path string, key logKey) (offlineProof, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return offlineProof{}, err
	}
	if len(text) > proofMax {
		return offlineProof{}, errors.New("it is too long")
	}
	proof, err := parseProof(text, key)
	if err == nil {
		err = proof.check()
	}
	return proof, err
}

func begin(base string, key logKey) (*audit, error) {
	from := &remote{base: strings.TrimRight(base, "/"), client: http.Client{Timeout: answerTimeout}}
	text, err := from.get("checkpoint", checkpointMax)
	if err != nil {
		return nil, err
	}
	tree, err := openCheckpoint(text, key)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	store := &tileStore{from: from, tiles: make(map[tlog.Tile][]byte)}
	return &audit{text: text, tree: tree, from: from, store: store, hashes: tlog.TileHashReader(tree.Tree, store)}, nil
}

func (a *audit) checkOlder(path string, key logKey) (string, error) {
	if path == "" {
		return "", nil
	}
	older, err := readTree(path, key)
	if err == nil {
		err = a.checkBeginning(older)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Sprintf(", begins with the %d of %s", older.N, path), nil
}

func (a *audit) checkAll(key logKey, every int64, olderPath, proofPath string) (string, error) {
	var proof offlineProof
	if proofPath != "" {
		var err error
		if proof, err = readProof(proofPath, key); err != nil {
			return "", fmt.Errorf("%s: %w", proofPath, err)
		}
		if err = a.checkBeginning(proof.tree); err != nil {
			return "", fmt.Errorf("%s: %w", proofPath, err)
		}
	}
	tiles, err := a.checkTiles()
	if err != nil {
		return "", err
	}
	included := 0
	bundles, err := a.checkEntries(func(index int64, entry []byte) error {
		if proofPath != "" && index == proof.index && !bytes.Equal(entry, proof.entry) {
			return errors.New("it is not the one of the proof")
		}
		if index%every != 0 && index != a.tree.N-1 {
			return nil
		}
		included++
		return a.checkInclusion(index, entry)
	})
	if err != nil {
		return "", err
	}
	older, err := a.checkOlder(olderPath, key)
	if err != nil {
		return "", err
	}
	offline := ""
	if proofPath != "" {
		offline = fmt.Sprintf(", holds entry %d of %s", proof.index, proofPath)
	}
	return fmt.Sprintf("%d entries, root %s, signed %s: %d tiles and %d bundles are right, %d entries included%s%s",
		a.tree.N, a.tree.Hash, a.tree.cosignedAt.Format(time.RFC3339), tiles, bundles, included, older, offline), nil
}

func main() {
	older := flag.String("older", "", "an older checkpoint of the log: check that it is the beginning of this one")
	proof := flag.String("proof", "", "an offline proof file with its entry")
	save := flag.String("save", "", "where to put the checkpoint when all is right")
	every := flag.Int64("every", 1, "check an inclusion proof of every `N`-th entry")
	flag.Parse()
	if flag.NArg() != 2 || *every < 1 {
		flag.Usage()
		os.Exit(64)
	}
	key, err := parseKey(flag.Arg(1))
	var a *audit
	if err == nil {
		a, err = begin(flag.Arg(0), key)
	}
	said := ""
	if err == nil {
		said, err = a.checkAll(key, *every, *older, *proof)
	}
	if err == nil && *save != "" {
		err = os.WriteFile(*save, a.text, 0o644)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "auditor: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %s\n", key.Name(), said)
}
