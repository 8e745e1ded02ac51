/// The payments that a signature covers, by what was signed without being shown: a line for each,
/// with its id and the digest of its rendered values.
package struct SignedLines: Sendable {
  package let evidence: Evidence
  private let lines: Set<Substring>

  package init(_ evidence: Evidence) {
    self.evidence = evidence
    lines = Set(
      String(decoding: evidence.nonVisibleData, as: UTF8.self).split(separator: "\n"))
  }

  /// Whether exactly these values of the payment were signed.
  package func cover(_ rendered: RenderedPayment) -> Bool {
    lines.contains(Substring(Approval.line(of: rendered)))
  }
}
