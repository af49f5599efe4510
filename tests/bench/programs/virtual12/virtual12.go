package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type node interface{ value(i int) int }

type pair struct{ a, b int }

type constant struct{ pair }

func (n *constant) value(i int) int { return n.a }

type sum struct{ pair }

func (n *sum) value(i int) int { return n.a + n.b + i }

type difference struct{ pair }

func (n *difference) value(i int) int { return n.a - n.b + i }

type product struct{ pair }

func (n *product) value(i int) int { return n.a*n.b - i }

type scaled struct{ pair }

func (n *scaled) value(i int) int { return n.a * i }

type offset struct{ pair }

func (n *offset) value(i int) int { return i - n.a }

type greater struct{ pair }

func (n *greater) value(i int) int {
	if i > n.a {
		return i
	}
	return n.a
}

type smaller struct{ pair }

func (n *smaller) value(i int) int {
	if i < n.b {
		return i
	}
	return n.b
}

type square struct{ pair }

func (n *square) value(i int) int { return n.a*n.a + i }

type mixed struct{ pair }

func (n *mixed) value(i int) int { return n.a*3 + n.b*5 - i }

type counter struct {
	pair
	count int
}

func (n *counter) value(i int) int {
	n.count++
	return n.count
}

type toggle struct {
	pair
	on bool
}

func (n *toggle) value(i int) int {
	n.on = !n.on
	if n.on {
		return n.a
	}
	return n.b
}

func makeNode(kind int, p pair) node {
	switch kind {
	case 0:
		return &constant{p}
	case 1:
		return &sum{p}
	case 2:
		return &difference{p}
	case 3:
		return &product{p}
	case 4:
		return &scaled{p}
	case 5:
		return &offset{p}
	case 6:
		return &greater{p}
	case 7:
		return &smaller{p}
	case 8:
		return &square{p}
	case 9:
		return &mixed{p}
	case 10:
		return &counter{pair: p}
	}
	return &toggle{pair: p}
}

func workload(small bool) string {
	rounds := 80000
	if small {
		rounds = 200
	}
	nodes := []node{}
	seed := 42
	for i := 0; i < 1000; i++ {
		seed = seed * 16807 % 2147483647
		nodes = append(nodes, makeNode(seed%12, pair{seed % 100, seed % 77}))
	}
	total := 0
	for round := 0; round < rounds; round++ {
		for _, n := range nodes {
			total += n.value(round)
		}
	}
	return fmt.Sprintf("%d\n", total)
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
