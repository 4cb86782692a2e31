(map :euros ctx/orders)
