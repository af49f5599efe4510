package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func report(lines int, names []string) string {
	var out strings.Builder
	for i := 0; i < lines; i++ {
		out.WriteString("item ")
		out.WriteString(strconv.Itoa(i))
		out.WriteString(": ")
		out.WriteString(names[i%len(names)])
		out.WriteByte(' ')
		out.WriteString(strconv.Itoa(i * 7919 % 100000))
		out.WriteByte('\n')
	}
	return out.String()
}

func workload(small bool) string {
	names := []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"}
	lines, rounds := 200000, 10
	if small {
		lines, rounds = 500, 3
	}
	bytes, checksum := 0, 0
	for round := 0; round < rounds; round++ {
		text := report(lines+round, names)
		bytes += len(text)
		for at := round; at < len(text); at += 97 {
			checksum += int(text[at])
		}
	}
	return fmt.Sprintf("%d bytes, checksum %d\n", bytes, checksum)
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
