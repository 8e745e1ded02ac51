import Domain
import Engine
import Primitives
import Storage

extension Jobs {
  /// With the entries for whole bundles taken apart.
  static func unbundled(
    _ reading: ReturnReading, from bank: String, _ file: ID<ReturnFile>,
    _ context: Commands.Context
  ) throws -> ReturnReading {
    let tx = context.transaction, place = context.place
    var reading = reading
    for lump in reading.lumps {
      let transfer = try transfer(lump.transfer, sentTo: bank, of: place, in: tx)
      var parts: [ID<Payment>: Payment] = [:]
      for item in transfer?.items ?? [] {
        parts[item.payment] = try PaymentTables.load(
          item.payment, of: place, for: .shown, in: tx)
      }
      reading.add(lump, of: transfer, parts, file: file)
    }
    return reading
  }
}
