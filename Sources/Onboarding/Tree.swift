// YAML as the reader sees it: texts, lists and tables with their places. What is written stays
// text: `country: NO` is Norway, an organisation number keeps its zeros.

import Yams

/// One node of a file.
struct Tree {
  enum Content {
    case text(String)
    case list([Tree])
    case table([(key: Tree, value: Tree)])
    /// Nothing after the colon.
    case empty
  }

  var content: Content
  var line: Int
  var column: Int

  /// Reads one document. What is wrong with the YAML as such is one finding: nothing after it can
  /// be trusted.
  static func read(_ text: String) throws(Finding) -> Tree {
    do {
      let parser = try Parser(yaml: text)
      let root = try parser.singleRoot()
      // Nodes hold their anchors weakly: the parser keeps them.
      let tree = try withExtendedLifetime(parser) { try root.map { try Tree($0) } }
      return tree ?? Tree(content: .empty, line: 1, column: 1)
    } catch let finding as Finding {
      throw finding
    } catch let error as YamlError {
      throw finding(error)
    } catch {
      throw Finding(.syntax, at: .whole, "The file is no YAML.")
    }
  }

  private init(_ node: Node) throws {
    let mark = node.mark
    line = mark?.line ?? 1
    column = mark?.column ?? 1
    guard node.anchor == nil else {
      throw Finding(
        .alias, at: Located(path: "", line: line, column: column),
        "Anchors and aliases are not read here: name a group of people instead.")
    }
    switch node {
    case .scalar(let scalar):
      let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      content = isNothing ? .empty : .text(scalar.string)
    case .sequence(let sequence): content = .list(try sequence.map { try Tree($0) })
    case .mapping(let mapping):
      content = .table(try mapping.map { (key: try Tree($0.key), value: try Tree($0.value)) })
    case .alias: content = .empty
    }
  }

  private init(content: Content, line: Int, column: Int) {
    self.content = content
    self.line = line
    self.column = column
  }

  private static func finding(_ error: YamlError) -> Finding {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      Finding(
        .syntax, at: Located(path: "", line: mark.line, column: mark.column),
        "The YAML is wrong here: \(problem).")
    case .duplicatedKeysInMapping(let keys, let context):
      Finding(
        .keyTwice, at: Located(path: "", line: context.mark.line, column: context.mark.column),
        "The same key stands twice: \(keys.joined(separator: ", ")).")
    default:
      Finding(.syntax, at: .whole, "The file is no YAML that can be read.")
    }
  }
}

extension Node {
  fileprivate var anchor: Anchor? {
    switch self {
    case .scalar(let scalar): scalar.anchor
    case .sequence(let sequence): sequence.anchor
    case .mapping(let mapping): mapping.anchor
    case .alias(let alias): alias.anchor
    }
  }
}
