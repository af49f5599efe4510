using System;
using System.Collections.Generic;
using System.Diagnostics;

// Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
// and Kennedy, then natural loops from the inside out.
class Loops {
    sealed class Block {
        public readonly int id;
        public readonly List<Block> successors = new List<Block>(), predecessors = new List<Block>();
        public int order = -1;  // in reverse postorder
        public Block dominator;
        public Loop inLoop;  // the innermost one

        public Block(int id) { this.id = id; }
    }

    sealed class Loop {
        public readonly Block header;
        public Loop parent;
        public int size;

        public Loop(Block header) { this.header = header; }

        public int Depth() {
            int n = 1;
            for (Loop outer = parent; outer != null; outer = outer.parent) n++;
            return n;
        }
    }

    sealed class Graph {
        public readonly List<Block> blocks = new List<Block>();

        public Block Add() {
            Block block = new Block(blocks.Count);
            blocks.Add(block);
            return block;
        }

        public void Connect(Block source, Block target) {
            source.successors.Add(target);
            target.predecessors.Add(source);
        }

        public Block AddAfter(Block source) {
            Block block = Add();
            Connect(source, block);
            return block;
        }

        public Block AddDiamond(Block source) {
            Block left = AddAfter(source), right = AddAfter(source), end = AddAfter(left);
            Connect(right, end);
            return end;
        }

        public Block AddLoops(Block source, int depth, int width) {
            Block header = AddAfter(source), at = header;
            for (int i = 0; i < width; i++) {
                at = AddDiamond(at);
                if (depth > 1) at = AddLoops(at, depth - 1, width);
            }
            Block latch = AddAfter(at);
            Connect(latch, header);
            return AddAfter(latch);
        }
    }

    sealed class LoopFinder {
        public readonly List<Loop> loops = new List<Loop>();
        readonly Graph graph;
        readonly List<Block> ordered = new List<Block>();

        public LoopFinder(Graph graph) { this.graph = graph; }

        public void Run() {
            Number();
            FindDominators();
            for (int i = ordered.Count - 1; i >= 0; i--) FindLoop(ordered[i]);
            foreach (Block block in ordered) {
                for (Loop loop = block.inLoop; loop != null; loop = loop.parent) loop.size++;
            }
        }

        // Depth first, with a stack of blocks and of how many of their successors were taken.
        void Number() {
            List<Block> stack = new List<Block>(), postorder = new List<Block>();
            List<int> taken = new List<int>();
            Block entry = graph.blocks[0];
            entry.order = 0;
            stack.Add(entry);
            taken.Add(0);
            while (stack.Count > 0) {
                int top = stack.Count - 1;
                Block block = stack[top];
                int next = taken[top];
                if (next < block.successors.Count) {
                    taken[top] = next + 1;
                    Block successor = block.successors[next];
                    if (successor.order < 0) {
                        successor.order = 0;
                        stack.Add(successor);
                        taken.Add(0);
                    }
                } else {
                    postorder.Add(block);
                    stack.RemoveAt(top);
                    taken.RemoveAt(top);
                }
            }
            for (int i = 0; i < postorder.Count; i++) {
                Block block = postorder[postorder.Count - 1 - i];
                block.order = i;
                ordered.Add(block);
            }
        }

        void FindDominators() {
            Block entry = ordered[0];
            entry.dominator = entry;
            bool changed = true;
            while (changed) {
                changed = false;
                for (int i = 1; i < ordered.Count; i++) {
                    Block block = ordered[i], dominator = null;
                    foreach (Block p in block.predecessors) {
                        if (p.dominator != null) dominator = dominator == null ? p : Common(p, dominator);
                    }
                    if (block.dominator != dominator) {
                        block.dominator = dominator;
                        changed = true;
                    }
                }
            }
        }

        static Block Common(Block x, Block y) {
            while (x != y) {
                while (x.order > y.order) x = x.dominator;
                while (y.order > x.order) y = y.dominator;
            }
            return x;
        }

        static bool Dominates(Block a, Block b) {
            while (b.order > a.order) b = b.dominator;
            return a == b;
        }

        void FindLoop(Block header) {
            Stack<Block> work = new Stack<Block>();
            foreach (Block p in header.predecessors) {
                if (Dominates(header, p)) work.Push(p);
            }
            if (work.Count == 0) return;
            Loop loop = new Loop(header);
            loops.Add(loop);
            while (work.Count > 0) {
                Block block = work.Pop();
                Loop outermost = block.inLoop;
                if (outermost == null) {
                    block.inLoop = loop;
                    if (block != header) foreach (Block p in block.predecessors) work.Push(p);
                    continue;
                }
                // The outermost of the loops around the block that are known so far.
                while (outermost.parent != null) outermost = outermost.parent;
                if (outermost == loop) continue;
                outermost.parent = loop;
                foreach (Block p in outermost.header.predecessors) {
                    if (p.inLoop != outermost) work.Push(p);
                }
            }
        }
    }

    static string Workload(bool small) {
        int nests = small ? 1 : 15, depth = small ? 3 : 5, rounds = small ? 2 : 35;
        string text = "";
        long checksum = 0;
        for (int round = 0; round < rounds; round++) {
            Graph graph = new Graph();
            Block at = graph.Add();
            for (int i = 0; i < nests; i++) at = graph.AddLoops(graph.AddDiamond(at), depth, 3);
            LoopFinder finder = new LoopFinder(graph);
            finder.Run();
            int deepest = 0;
            foreach (Loop loop in finder.loops) {
                deepest = Math.Max(deepest, loop.Depth());
                checksum = (checksum * 31 + loop.header.id + loop.size * loop.Depth()) % 1000003;
            }
            text = graph.blocks.Count + " blocks, " + finder.loops.Count + " loops, " + deepest + " deep";
        }
        return text + ", checksum " + checksum + "\n";
    }

    static int Main(string[] args) {
        int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
        string output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            Stopwatch watch = Stopwatch.StartNew();
            string text = Workload(rounds == 0);
            if (args.Length > 0) Console.Error.WriteLine(watch.ElapsedTicks * (1000000000L / Stopwatch.Frequency));
            if (round > 0 && text != output) return 1;
            output = text;
        }
        Console.Write(output);
        return 0;
    }
}
