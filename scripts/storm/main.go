// Storm breaks what danyuan stands on while people use it, and looks what became of their work: the server
// killed, the database, Redis or WeChat gone, slow or talking nonsense, more people than it can serve.
// scripts/chaos says when; each scenario prints a table of figures, and fails when something was lost.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// setting is what scripts/chaos says.
type setting struct {
	binary   string // danyuan
	services string // scripts/services, and the folder of the servers that it has started; "" without
	home     string
	database string // DATABASE_URL; "" is SQLite in the folder
	own      string // by which we look at the database, where that is another
	redis    string
	dir      string
	times    int
	people   int
	clients  int
	seconds  int
}

// scenarios are what can go wrong.
var scenarios = map[string]func(ctx context.Context, s *storm) error{
	"kill":     killed,
	"database": databaseKilled,
	"redis":    redisGone,
	"overload": overloaded,
	"wechat":   wechatInTrouble,
	"network":  networkAtFault,
	"disk":     diskFull,
	"galera":   galeraNode,
	"conflict": conflicting,
	"clock":    clockSet,
}

func main() { os.Exit(code()) }

func code() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "storm:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string) error {
	var set setting
	f := flag.NewFlagSet("storm SCENARIO", flag.ContinueOnError)
	f.StringVar(&set.binary, "danyuan", "", "the `binary`")
	f.StringVar(&set.services, "services", "", "scripts/services, where the database and Redis are to be killed")
	f.StringVar(&set.home, "home", "", "the `folder` that scripts/services start has made")
	f.StringVar(&set.database, "database", "", "`URL`; SQLite in the folder without")
	f.StringVar(&set.own, "own", "", "`URL` by which we look at the database ourselves; the same without")
	f.StringVar(&set.redis, "redis", "", "`URL`; inside the process without")
	f.StringVar(&set.dir, "dir", "", "an empty `folder`")
	f.IntVar(&set.times, "times", 5, "how often something is killed")
	f.IntVar(&set.people, "people", 600, "how many people there are")
	f.IntVar(&set.clients, "clients", 8, "how many of them act at once")
	f.IntVar(&set.seconds, "seconds", 5, "how long a trouble lasts")
	if len(args) == 0 || scenarios[args[0]] == nil {
		return fmt.Errorf("usage: storm SCENARIO …, one of %v", slices.Sorted(maps.Keys(scenarios)))
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	s, err := begin(ctx, set)
	if err != nil {
		return err
	}
	began := time.Now()
	err = errors.Join(scenarios[args[0]](ctx, s), s.end())
	fmt.Printf("%s: %.0f s\n", args[0], time.Since(began).Seconds())
	return err
}
