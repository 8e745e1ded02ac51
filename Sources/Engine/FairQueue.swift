/// A bounded queue that serves its turns in rotation, whatever each of them asks for.
///
/// Three bounds keep one bureau from standing in the way of another: `share` of the places may be
/// waited in by one turn; a full queue gives the place of the longest line's last to a newcomer
/// with a shorter line; and `inFlight` of what was taken may belong to one turn at a time.
/// `Turn.batch` knows no bounds: its elements have been counted elsewhere.
struct FairQueue<Element: Sendable>: Sendable {
  /// Where an element waits.
  struct Seat: Sendable {
    fileprivate let line: Int
    fileprivate let number: Int
  }

  /// An element whose turn has come; `finish` is told when it has been done.
  struct Taken: Sendable {
    let element: Element
    fileprivate let line: Int
  }

  enum Admission: Sendable {
    /// In the queue; in a full one the last of the longest line had to go.
    case admitted(Seat, displaced: Element?)
    /// The turn waits in all places that it may have.
    case shareIsFull
    /// Everyone's line is as short as the newcomer's.
    case full
  }

  private struct Line: Sendable {
    var turn: Turn
    var waiting = FIFO<Element>()
    var inFlight = 0
    /// Whether `rotation` names this line.
    var isInRotation = false
  }

  private let limit: Int
  private let share: Int
  private let inFlight: Int
  private var lines: [Line] = []
  private var lineOf: [Turn: Int] = [:]
  private var unused: [Int] = []
  /// The lines that wait and may be served, in the order of their turns.
  private var rotation = FIFO<Int>()

  /// How many wait.
  private(set) var count = 0
  var isEmpty: Bool { count == 0 }
  /// How many of them have no bounds.
  private var batches = 0

  init(limit: Int, share: Int, inFlight: Int) {
    self.limit = limit
    self.share = share
    self.inFlight = inFlight
  }

  mutating func append(_ element: Element, of turn: Turn) -> Admission {
    let own = lineOf[turn].map { lines[$0].waiting.count } ?? 0
    var displaced: Element?
    if turn != .batch {
      if own >= share { return .shareIsFull }
      if count - batches >= limit {
        displaced = takeLastOfLongest(than: own + 1)
        if displaced == nil { return .full }
      }
    }
    let line = line(of: turn)
    let number = lines[line].waiting.append(element)
    count += 1
    if turn == .batch { batches += 1 }
    rotate(line)
    return .admitted(Seat(line: line, number: number), displaced: displaced)
  }

  /// Whether `take` would give something.
  mutating func hasNext() -> Bool {
    while let line = rotation.first {
      if !lines[line].waiting.isEmpty { return true }
      // Who waited there has given up.
      _ = rotation.popFirst()
      lines[line].isInRotation = false
      release(line)
    }
    return false
  }

  /// The next one in rotation whose turn has not all in flight that it may have.
  mutating func take() -> Taken? {
    guard hasNext(), let line = rotation.popFirst(), let element = lines[line].waiting.popFirst()
    else { return nil }
    count -= 1
    if lines[line].turn == .batch { batches -= 1 }
    lines[line].inFlight += 1
    lines[line].isInRotation = false
    rotate(line)
    return Taken(element: element, line: line)
  }

  /// What was taken has been done.
  mutating func finish(_ taken: Taken) {
    lines[taken.line].inFlight -= 1
    rotate(taken.line)
    release(taken.line)
  }

  /// Takes out one that no longer waits.
  mutating func remove(_ seat: Seat) {
    guard lines[seat.line].waiting.remove(seat.number) != nil else { return }
    count -= 1
  }

  /// Everyone who waits, whatever the turn.
  mutating func removeAll() -> [Element] {
    var all: [Element] = []
    for line in lines.indices {
      while let element = lines[line].waiting.popFirst() { all.append(element) }
    }
    count = 0
    batches = 0
    return all
  }

  private mutating func line(of turn: Turn) -> Int {
    if let line = lineOf[turn] { return line }
    let line: Int
    if let old = unused.popLast() {
      line = old
      lines[line].turn = turn
    } else {
      line = lines.count
      lines.append(Line(turn: turn))
    }
    lineOf[turn] = line
    return line
  }

  private mutating func rotate(_ line: Int) {
    guard !lines[line].isInRotation, !lines[line].waiting.isEmpty,
      lines[line].turn == .batch || lines[line].inFlight < inFlight
    else { return }
    lines[line].isInRotation = true
    rotation.append(line)
  }

  private mutating func release(_ line: Int) {
    guard lines[line].waiting.isEmpty, lines[line].inFlight == 0, !lines[line].isInRotation,
      lineOf[lines[line].turn] == line
    else { return }
    lineOf[lines[line].turn] = nil
    unused.append(line)
  }

  /// A full queue is rare, so this may look at every line.
  private mutating func takeLastOfLongest(than length: Int) -> Element? {
    var longest: Int?
    for line in lines.indices where lines[line].turn != .batch {
      if lines[line].waiting.count > (longest.map { lines[$0].waiting.count } ?? length) {
        longest = line
      }
    }
    guard let longest, let last = lines[longest].waiting.popLast() else { return nil }
    count -= 1
    return last
  }
}
