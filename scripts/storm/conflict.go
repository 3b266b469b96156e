package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
)

// conflicting lets three replicas write through three nodes of a Galera cluster, which nobody should: all
// redeem one reward, whose stock and budget each transaction changes. Of those that meet, the cluster lets the
// first commit and refuses the others (certification), and those are run again as a whole.
func conflicting(ctx context.Context, s *storm) error {
	s.world.kinds = []kind{redeem}
	if err := s.replicasOnEachNode(ctx); err != nil {
		return err
	}
	refusedBefore, abortedBefore, err := s.conflicts(ctx)
	if err != nil {
		return err
	}
	acting, stop := context.WithTimeout(ctx, time.Duration(4*s.set.seconds)*time.Second)
	defer stop()
	s.people(acting, time.Millisecond)()
	refused, aborted, err := s.conflicts(ctx)
	refused, aborted = refused-refusedBefore, aborted-abortedBefore
	again, failed := s.repeated(ctx)
	err = errors.Join(err, failed)
	fmt.Printf("three replicas wrote through three nodes: %d transactions refused at commit, %d broken off for another node's; %d run again as a whole\n", refused, aborted, again)
	if refused == 0 || again == 0 {
		err = errors.Join(err, errors.New("nothing conflicted, so nothing was shown"))
	}
	return errors.Join(err, ctx.Err(), s.settle(ctx), s.spentOnce(ctx), s.sameOnAll(ctx))
}

func (s *storm) servers() []*server { return append(slices.Clone(s.others), s.server) }

// replicasOnEachNode starts two more servers, each of which begins with another node.
func (s *storm) replicasOnEachNode(ctx context.Context) error {
	user, rest, _ := strings.Cut(s.url, "@")
	hosts, database, _ := strings.Cut(rest, "/")
	nodes := strings.Split(hosts, ",")
	for n := 1; n < len(nodes); n++ {
		turned := slices.Concat(nodes[n:], nodes[:n])
		dir := filepath.Join(s.set.dir, strconv.Itoa(n))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		other, err := newServer(s.set.binary, dir, append(s.env, "DATABASE_URL="+user+"@"+strings.Join(turned, ",")+"/"+database))
		if err != nil {
			return err
		}
		s.others = append(s.others, other)
		if _, err := other.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// conflicts counts, over all nodes, the transactions that were refused at commit because another node's was
// first, and those that were broken off earlier for that reason.
func (s *storm) conflicts(ctx context.Context) (refused, aborted int64, err error) {
	for name, n := range map[string]*int64{"wsrep_local_cert_failures": &refused, "wsrep_local_bf_aborts": &aborted} {
		said, failed := s.onAll(ctx, "SHOW GLOBAL STATUS LIKE '"+name+"'")
		err = errors.Join(err, failed)
		for _, one := range said {
			_, value, _ := strings.Cut(one, "\t")
			counted, failed := strconv.ParseInt(value, 10, 64)
			*n, err = *n+counted, errors.Join(err, failed)
		}
	}
	return refused, aborted, err
}

// repeated counts the transactions that the servers have run again.
func (s *storm) repeated(ctx context.Context) (n int64, err error) {
	const line = `danyuan_transaction_seconds_count{outcome="again"} `
	for _, server := range s.servers() {
		r, failed := http.NewRequestWithContext(ctx, http.MethodGet, server.at+"/metrics", nil)
		if failed != nil {
			return n, failed
		}
		answer, failed := s.client().Do(r)
		if failed != nil {
			return n, failed
		}
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if value, ok := strings.CutPrefix(scan.Text(), line); ok {
				counted, failed := strconv.ParseInt(value, 10, 64)
				n, err = n+counted, errors.Join(err, failed)
			}
		}
		_ = answer.Body.Close()
	}
	return n, err
}

// spentOnce looks whether points and stock are less by exactly what was redeemed.
func (s *storm) spentOnce(ctx context.Context) error {
	told := int64(0)
	for _, a := range s.journal.acts {
		if a.told {
			told++
		}
	}
	holds := func(k ledger.Key) (n int64, err error) {
		return n, s.db.Read(ctx).Model(&model.Account{}).Where("account_key = ?", k).Pluck("balance", &n).Error
	}
	points := int64(0)
	for _, p := range s.world.people {
		n, err := holds(ledger.PersonPoints(p))
		if err != nil {
			return err
		}
		points += plenty - n
	}
	shelf, err := holds(ledger.Shelf(s.world.reward))
	fmt.Printf("redeemed %d times: %d points spent at %d each, %d pieces taken from the shelf\n", told, points, price, plenty-shelf)
	if points != told*price || plenty-shelf != told {
		err = errors.Join(err, errors.New("points or stock are not what was redeemed"))
	}
	return err
}
