import java.util.ArrayList;
import java.util.List;

// Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
// and Kennedy, then natural loops from the inside out.
public class Loops {
    static final class Block {
        final int id;
        final List<Block> successors = new ArrayList<>(), predecessors = new ArrayList<>();
        int order = -1;  // in reverse postorder
        Block dominator;
        Loop inLoop;  // the innermost one

        Block(int id) { this.id = id; }
    }

    static final class Loop {
        final Block header;
        Loop parent;
        int size;

        Loop(Block header) { this.header = header; }

        int depth() {
            int n = 1;
            for (Loop outer = parent; outer != null; outer = outer.parent) n++;
            return n;
        }
    }

    static final class Graph {
        final List<Block> blocks = new ArrayList<>();

        Block add() {
            Block block = new Block(blocks.size());
            blocks.add(block);
            return block;
        }

        void connect(Block source, Block target) {
            source.successors.add(target);
            target.predecessors.add(source);
        }

        Block addAfter(Block source) {
            Block block = add();
            connect(source, block);
            return block;
        }

        Block addDiamond(Block source) {
            Block left = addAfter(source), right = addAfter(source), end = addAfter(left);
            connect(right, end);
            return end;
        }

        Block addLoops(Block source, int depth, int width) {
            Block header = addAfter(source), at = header;
            for (int i = 0; i < width; i++) {
                at = addDiamond(at);
                if (depth > 1) at = addLoops(at, depth - 1, width);
            }
            Block latch = addAfter(at);
            connect(latch, header);
            return addAfter(latch);
        }
    }

    static final class LoopFinder {
        final List<Loop> loops = new ArrayList<>();
        private final Graph graph;
        private final List<Block> ordered = new ArrayList<>();

        LoopFinder(Graph graph) { this.graph = graph; }

        void run() {
            number();
            findDominators();
            for (int i = ordered.size() - 1; i >= 0; i--) findLoop(ordered.get(i));
            for (Block block : ordered) {
                for (Loop loop = block.inLoop; loop != null; loop = loop.parent) loop.size++;
            }
        }

        // Depth first, with a stack of blocks and of how many of their successors were taken.
        private void number() {
            List<Block> stack = new ArrayList<>(), postorder = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            Block entry = graph.blocks.get(0);
            entry.order = 0;
            stack.add(entry);
            taken.add(0);
            while (!stack.isEmpty()) {
                int top = stack.size() - 1;
                Block block = stack.get(top);
                int next = taken.get(top);
                if (next < block.successors.size()) {
                    taken.set(top, next + 1);
                    Block successor = block.successors.get(next);
                    if (successor.order < 0) {
                        successor.order = 0;
                        stack.add(successor);
                        taken.add(0);
                    }
                } else {
                    postorder.add(block);
                    stack.remove(top);
                    taken.remove(top);
                }
            }
            for (int i = 0; i < postorder.size(); i++) {
                Block block = postorder.get(postorder.size() - 1 - i);
                block.order = i;
                ordered.add(block);
            }
        }

        private void findDominators() {
            Block entry = ordered.get(0);
            entry.dominator = entry;
            boolean changed = true;
            while (changed) {
                changed = false;
                for (int i = 1; i < ordered.size(); i++) {
                    Block block = ordered.get(i), dominator = null;
                    for (Block p : block.predecessors) {
                        if (p.dominator != null) dominator = dominator == null ? p : common(p, dominator);
                    }
                    if (block.dominator != dominator) {
                        block.dominator = dominator;
                        changed = true;
                    }
                }
            }
        }

        private static Block common(Block x, Block y) {
            while (x != y) {
                while (x.order > y.order) x = x.dominator;
                while (y.order > x.order) y = y.dominator;
            }
            return x;
        }

        private static boolean dominates(Block a, Block b) {
            while (b.order > a.order) b = b.dominator;
            return a == b;
        }

        private void findLoop(Block header) {
            List<Block> work = new ArrayList<>();
            for (Block p : header.predecessors) {
                if (dominates(header, p)) work.add(p);
            }
            if (work.isEmpty()) return;
            Loop loop = new Loop(header);
            loops.add(loop);
            while (!work.isEmpty()) {
                Block block = work.remove(work.size() - 1);
                Loop outermost = block.inLoop;
                if (outermost == null) {
                    block.inLoop = loop;
                    if (block != header) work.addAll(block.predecessors);
                    continue;
                }
                // The outermost of the loops around the block that are known so far.
                while (outermost.parent != null) outermost = outermost.parent;
                if (outermost == loop) continue;
                outermost.parent = loop;
                for (Block p : outermost.header.predecessors) {
                    if (p.inLoop != outermost) work.add(p);
                }
            }
        }
    }

    static String workload(boolean small) {
        int nests = small ? 1 : 15, depth = small ? 3 : 5, rounds = small ? 2 : 35;
        String text = "";
        long checksum = 0;
        for (int round = 0; round < rounds; round++) {
            Graph graph = new Graph();
            Block at = graph.add();
            for (int i = 0; i < nests; i++) at = graph.addLoops(graph.addDiamond(at), depth, 3);
            LoopFinder finder = new LoopFinder(graph);
            finder.run();
            int deepest = 0;
            for (Loop loop : finder.loops) {
                deepest = Math.max(deepest, loop.depth());
                checksum = (checksum * 31 + loop.header.id + loop.size * loop.depth()) % 1000003;
            }
            text = graph.blocks.size() + " blocks, " + finder.loops.size() + " loops, " + deepest + " deep";
        }
        return text + ", checksum " + checksum + "\n";
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        String output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            long start = System.nanoTime();
            String text = workload(rounds == 0);
            if (args.length > 0) System.err.println(System.nanoTime() - start);
            if (round > 0 && !text.equals(output)) System.exit(1);
            output = text;
        }
        System.out.print(output);
    }
}
