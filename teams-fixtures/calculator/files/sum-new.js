    let value = product();
    for (let operator = take("+", "-"); operator; operator = take("+", "-")) {
      const right = product();
      value = operator.text === "+" ? value + right : value - right;
    }
    return value;
