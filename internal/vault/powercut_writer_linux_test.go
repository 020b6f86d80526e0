package vault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/journal"
)

var _ Progress = (*journal.Journal)(nil)

// storeUntilTheEnd is the writer: it does what the daemon does with an export.
func storeUntilTheEnd(t *testing.T, dir string) {
	ctx := t.Context()
	must := func(err error) {
		if err != nil {
			fmt.Println("writer:", err)
			os.Exit(1)
		}
	}
	j, err := journal.Open(ctx, dir)
	must(err)
	v, err := Open(filepath.Join(dir, "archive"))
	must(err)
	replicas := map[string]*Replica{}
	for _, name := range []string{"plain", "encrypted"} {
		place := filepath.Join(dir, name)
		must(os.Mkdir(place, 0o700))
		must(Init(place))
		o := ReplicaOptions{Name: name, Progress: j}
		if name == "encrypted" {
			o.Recipients = []string{"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"}
		}
		replicas[name], err = NewReplica(OpenMarked(place), o)
		must(err)
	}
	must(durable.SyncDir(dir))
	fmt.Println("ready")
	for i := 0; ; i++ {
		id := fmt.Sprint("e", i)
		b := Bag{
			Owner: "jane.doe", ID: id, Date: time.Now(), Agent: "test",
			Contents: map[string][]byte{"export-mail.eml": []byte("From: x\r\n\r\n")},
			Tags:     map[string][]byte{"report.json": []byte("{}")},
		}
		for n := range 1 + i%2 {
			b.Payload = append(b.Payload, receiveDurably(must, v, id, fmt.Sprintf("part-%d.zip", n)))
		}
		path, err := v.Seal(ctx, b)
		must(err)
		proof, err := ReadBack(ctx, path, b.Payload)
		must(err)
		acknowledge := func(ctx context.Context, place string, p Proof) {
			if len(p.Damage) > 0 {
				must(fmt.Errorf("%s: %+v", place, p.Damage))
			}
			must(j.Update(ctx, func(tx *journal.Tx) error {
				_, err := tx.AddExport(journal.Export{ID: id, Account: b.Owner, Cause: id})
				return errors.Join(err, tx.PutCopy(id, journal.Copy{Place: place, State: "proven", Digest: p.Digest, At: time.Now()}))
			}))
			fmt.Println("acknowledged", id, place, p.Digest)
		}
		acknowledge(ctx, "archive", proof)
		for name, r := range replicas {
			stored, err := r.Store(ctx, path, Ref{b.Owner, id, proof.Digest})
			must(err)
			acknowledge(ctx, name, stored)
		}
	}
}

// receiveDurably puts a part of random bytes where fetch would, as fetch does.
func receiveDurably(must func(error), v *Vault, id, name string) Payload {
	dir, err := v.Incoming(id)
	must(err)
	p, err := durable.OpenPart(filepath.Join(dir, "."+name), 0)
	must(err)
	data := make([]byte, 1+rand.IntN(300<<10))
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	must(p.Reserve(int64(len(data))))
	_, err = p.Write(data)
	must(err)
	must(p.Commit(filepath.Join(dir, name), int64(len(data))))
	return Payload{Name: name, Size: int64(len(data)), SHA256: digest(data)}
}
