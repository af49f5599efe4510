package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth > 0 {
		return &tree{grow(depth - 1), grow(depth - 1)}
	}
	return &tree{}
}

func (t *tree) check() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.check() + t.right.check()
}

func workload(small bool) string {
	min, max := 4, 16
	if small {
		max = 8
	}
	var out strings.Builder
	fmt.Fprintf(&out, "stretch tree of depth %d, check: %d\n", max+1, grow(max+1).check())
	kept := grow(max)
	for depth := min; depth <= max; depth += 2 {
		rounds, total := 1<<(max-depth+min), 0
		for i := 0; i < rounds; i++ {
			total += grow(depth).check()
		}
		fmt.Fprintf(&out, "%d trees of depth %d, check: %d\n", rounds, depth, total)
	}
	fmt.Fprintf(&out, "long lived tree of depth %d, check: %d\n", max, kept.check())
	return out.String()
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
